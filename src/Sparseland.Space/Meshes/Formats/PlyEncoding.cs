namespace Sparseland.Space.Meshes.Formats;

/// <summary>How the numbers of a PLY file are stored.</summary>
public enum PlyEncoding
{
    /// <summary>As bytes, the lowest first.</summary>
    BinaryLittleEndian,

    /// <summary>As bytes, the highest first.</summary>
    BinaryBigEndian,

    /// <summary>As text.</summary>
    Text,
}
