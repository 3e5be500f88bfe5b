namespace Sparseland.Space.Meshes;

/// <summary>A file format of meshes: its names, and how bytes become triangles and triangles bytes. Formats are stateless and thread-safe.</summary>
public abstract class MeshFormat
{
    /// <summary>Its name, as people say it.</summary>
    public abstract string Name { get; }

    /// <summary>The extensions of its files, lower case, with the dot; the first is the usual one.</summary>
    public abstract IReadOnlyList<string> Extensions { get; }

    /// <summary>Which axis points up in a file that is not said to have another: what the format prescribes, else <see cref="UpAxis.Z"/>.</summary>
    public virtual UpAxis DefaultUp => UpAxis.Z;

    /// <summary>Whether a vertex may have a colour.</summary>
    public abstract bool HasColours { get; }

    /// <summary>The mesh in the content of a file, in the file's own axes. Polygons are cut into triangles; zero-area and repeated triangles stay.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="bytes">Its content.</param>
    /// <exception cref="Errors.InvalidFileException">It is damaged; says in which line or at which byte.</exception>
    /// <exception cref="Errors.UnsupportedException">It has something valid that is not read.</exception>
    public abstract TriangleMesh Read(string path, ReadOnlySpan<byte> bytes);

    /// <summary>Writes a mesh whose positions are in the file's axes.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="mesh">The mesh; colours are left out where the format has none.</param>
    public abstract void Write(Stream stream, TriangleMesh mesh);
}
