using Sparseland.Files;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints;

/// <summary>Copies memory of any length, mapped or own, into a file in pieces.</summary>
internal static class ByteStream
{
    private const int Piece = 1 << 24;

    /// <summary>Appends a storage to a tensor of a file.</summary>
    public static void Append(SafetensorsWriter writer, string name, TensorStorage<byte> bytes)
    {
        for (var start = 0L; start < bytes.Length; start += Piece)
            writer.Append(name, bytes.Slice(start, (int)Math.Min(Piece, bytes.Length - start)));
        GC.KeepAlive(bytes);
    }

    /// <summary>Appends a storage to a tensor of a folder.</summary>
    public static void Append(SafetensorsFolderWriter writer, string name, TensorStorage<byte> bytes)
    {
        for (var start = 0L; start < bytes.Length; start += Piece)
            writer.Append(name, bytes.Slice(start, (int)Math.Min(Piece, bytes.Length - start)));
        GC.KeepAlive(bytes);
    }
}
