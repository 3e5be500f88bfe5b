using Sparseland.Errors;
using Sparseland.Files;

namespace Sparseland.Space.Worlds.Files;

/// <summary>
/// Scenes as JSON: a sky, materials by name, meshes (in the file, or by the name of a mesh file beside it), and instances. What is written is read back the same to the last bit.
/// </summary>
public static class SceneFile
{
    /// <summary>What stands at "format".</summary>
    public const string Format = "sparseland scene 1";

    private const int MostBytes = 1 << 29;

    /// <summary>Reads a scene.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidFileException">It is missing or damaged, or names a material, shape or file that is not there; the message names the place.</exception>
    public static Scene Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var document = JsonFile.Read(path, MostBytes);
        return new SceneReader(new(path, "", document.RootElement)).Read();
    }

    /// <summary>Writes a scene.</summary>
    /// <param name="path">The file.</param>
    /// <param name="scene">The scene.</param>
    /// <exception cref="UnsupportedException">A shape or texture is of a kind that scene files do not know.</exception>
    /// <exception cref="ResourceLimitException">The place may not be written.</exception>
    public static void Write(string path, Scene scene)
    {
        ArgumentNullException.ThrowIfNull(scene);
        AtomicFile.Write(path, stream => new SceneWriter(scene).Write(stream));
    }
}
