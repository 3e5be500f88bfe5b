using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Space.Meshes.Formats;

namespace Sparseland.Space.Meshes;

/// <summary>
/// Meshes in files, by extension: OBJ, PLY, STL and OFF, and whatever formats a caller adds. OBJ, PLY, STL and OFF do not say which axis is up, so their coordinates are taken as they are (z up)
/// unless the caller says otherwise; a format that prescribes an axis (glTF: y) is turned. Units are metres; colours of files are sRGB and those of meshes linear.
/// </summary>
public static class MeshFile
{
    // What one span can hold.
    private const long MostBytes = int.MaxValue - 64;

    /// <summary>The formats that are known without further packages.</summary>
    public static IReadOnlyList<MeshFormat> Formats { get; } = [new ObjFormat(), new PlyFormat(), new StlFormat(), new OffFormat()];

    /// <summary>Reads a mesh.</summary>
    /// <param name="path">The file; its extension says the format.</param>
    /// <param name="up">Which axis of the file points up; null for what the format says.</param>
    /// <param name="formats">The formats to choose from; null for <see cref="Formats"/>.</param>
    /// <exception cref="InvalidFileException">There is no such file, or it is damaged; says where.</exception>
    /// <exception cref="UnsupportedException">The extension is not known, or the file has something that is not read.</exception>
    /// <exception cref="ResourceLimitException">It has more than 2 GiB.</exception>
    public static TriangleMesh Read(string path, UpAxis? up = null, IReadOnlyList<MeshFormat>? formats = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var format = FormatOf(path, formats);
        var file = MappedFile.Open(path);
        if (file.Length > MostBytes)
            throw new ResourceLimitException($"{path} has {file.Length:N0} bytes, and at most {MostBytes:N0} of a mesh are read; divide it");
        var mesh = format.Read(path, file.Slice(0, (int)file.Length));
        GC.KeepAlive(file);
        return UpAxisTurn.FromFile(mesh, up ?? format.DefaultUp);
    }

    /// <summary>Writes a mesh; the file appears when it is whole.</summary>
    /// <param name="path">The file; its extension says the format.</param>
    /// <param name="mesh">The mesh.</param>
    /// <param name="up">Which axis of the file shall point up; null for what the format says.</param>
    /// <param name="formats">The formats to choose from; null for <see cref="Formats"/>.</param>
    /// <exception cref="UnsupportedException">The extension is not known.</exception>
    /// <exception cref="ResourceLimitException">The disk is full or the place may not be written.</exception>
    public static void Write(string path, TriangleMesh mesh, UpAxis? up = null, IReadOnlyList<MeshFormat>? formats = null) => Write(path, mesh, FormatOf(path, formats), up);

    /// <summary>Writes a mesh in a format of the caller's choice, whatever the extension.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mesh">The mesh.</param>
    /// <param name="format">The format.</param>
    /// <param name="up">Which axis of the file shall point up; null for what the format says.</param>
    /// <exception cref="ResourceLimitException">The disk is full or the place may not be written.</exception>
    public static void Write(string path, TriangleMesh mesh, MeshFormat format, UpAxis? up = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(mesh);
        ArgumentNullException.ThrowIfNull(format);
        var turned = UpAxisTurn.ToFile(mesh, up ?? format.DefaultUp);
        AtomicFile.Write(path, stream => format.Write(stream, turned));
    }

    /// <summary>Whether a file's extension is that of a mesh.</summary>
    /// <param name="path">The file.</param>
    /// <param name="formats">The formats to choose from; null for <see cref="Formats"/>.</param>
    public static bool IsMesh(string path, IReadOnlyList<MeshFormat>? formats = null) => Find(path, formats ?? Formats) is not null;

    /// <summary>The format of a file, by its extension.</summary>
    /// <param name="path">The file, which need not exist.</param>
    /// <param name="formats">The formats to choose from; null for <see cref="Formats"/>.</param>
    /// <exception cref="UnsupportedException">The extension is not known; lists those that are.</exception>
    public static MeshFormat FormatOf(string path, IReadOnlyList<MeshFormat>? formats = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Find(path, formats ?? Formats)
            ?? throw new UnsupportedException($"{path} has the extension '{Path.GetExtension(path)}', which is not that of a mesh; there are {string.Join(", ", (formats ?? Formats).SelectMany(format => format.Extensions))}");
    }

    private static MeshFormat? Find(string path, IReadOnlyList<MeshFormat> formats)
    {
        var extension = Path.GetExtension(path);
        return formats.FirstOrDefault(format => format.Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase));
    }
}
