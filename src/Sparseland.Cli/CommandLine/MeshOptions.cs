using System.CommandLine;
using Sparseland.Errors;
using Sparseland.Space.Meshes;

namespace Sparseland.Cli.CommandLine;

/// <summary>Reading and writing meshes of all formats, and which axis of a file is up.</summary>
internal sealed class MeshOptions
{
    private static readonly string[] Axes = ["y", "z"];

    // A trimmed tool has no glTF: the library for it cannot be trimmed.
    private static IReadOnlyList<MeshFormat> Formats =>
#if GLTF
        Sparseland.Space.Gltf.GltfFormat.WithGltf;
#else
        MeshFile.Formats;
#endif

    /// <summary>Which axis of files points up.</summary>
    public Option<string?> Up { get; } = new("--up") { Description = "Which axis of the mesh files points up, y or z; default: what the format says (glTF: y), else z, which leaves coordinates as they are." };

    /// <summary>Whether a file's extension is that of a mesh.</summary>
    public static bool IsMesh(string path) => MeshFile.IsMesh(path, Formats);

    /// <summary>Reads a mesh.</summary>
    public TriangleMesh Read(VerbContext context, string path) => MeshFile.Read(path, Axis(context), Formats);

    /// <summary>Writes a mesh.</summary>
    public void Write(VerbContext context, string path, TriangleMesh mesh) => MeshFile.Write(path, mesh, Axis(context), Formats);

    /// <summary>Checks that a mesh can be written under a name, before any work.</summary>
    public static void RequireFormat(string path) => MeshFile.FormatOf(path, Formats);

    private UpAxis? Axis(VerbContext context) => context.Get(Up) switch
    {
        null => null,
        "y" => UpAxis.Y,
        "z" => UpAxis.Z,
        var other => throw new InvalidSettingException($"--up {other}{Suggestion.For(other, Axes)}: expected y or z"),
    };
}
