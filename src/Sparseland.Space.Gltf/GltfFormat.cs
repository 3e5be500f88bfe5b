using System.Numerics;
using SharpGLTF.Schema2;
using Sparseland.Errors;
using Sparseland.Space.Meshes;

namespace Sparseland.Space.Gltf;

/// <summary>
/// glTF 2.0: the triangles of all meshes of the default scene at their places, with the linear colours of vertices (COLOR_0). ".glb" is one binary file; ".gltf" is text with its buffers beside it or inside, and is only read.
/// The format's y is up, which <see cref="MeshFile"/> turns. Materials, textures, normals, skins and animations are passed over.
/// </summary>
public sealed class GltfFormat : MeshFormat
{
    /// <summary>All formats: those of <see cref="MeshFile.Formats"/> and this one.</summary>
    public static IReadOnlyList<MeshFormat> WithGltf { get; } = [.. MeshFile.Formats, new GltfFormat()];

    /// <inheritdoc/>
    public override string Name => "glTF";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Extensions { get; } = [".glb", ".gltf"];

    /// <inheritdoc/>
    public override UpAxis DefaultUp => UpAxis.Y;

    /// <inheritdoc/>
    public override bool HasColours => true;

    /// <inheritdoc/>
    public override TriangleMesh Read(string path, ReadOnlySpan<byte> bytes)
    {
        var content = new ArraySegment<byte>(bytes.ToArray());
        return Guarded(path, () =>
        {
            // A binary file begins with its name; text may name files beside it.
            var root = content.AsSpan().StartsWith("glTF"u8) ? ModelRoot.ParseGLB(content) : ModelRoot.Load(path);
            return Collect(path, root);
        });
    }

    /// <inheritdoc/>
    public override void Write(Stream stream, TriangleMesh mesh)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(mesh);
        var root = ModelRoot.CreateModel();
        root.Asset.Generator = "Sparseland";
        if (mesh.TriangleCount > 0)
            GltfBuilder.Add(root, mesh);
        else
            root.UseScene("mesh");
        root.WriteGLB(stream);
    }

    private static TriangleMesh Collect(string path, ModelRoot root)
    {
        var (positions, triangles, colours) = (new List<Vector3>(), new List<int>(), new List<Vector3>());
        var hasColours = false;
        var scene = root.DefaultScene ?? (root.LogicalScenes.Count > 0 ? root.LogicalScenes[0] : throw Damaged(path, "it has no scene", null));
        foreach (var node in Node.Flatten(scene).Where(node => node.Mesh is not null))
        {
            foreach (var primitive in node.Mesh.Primitives)
            {
                var vertices = primitive.GetVertexAccessor("POSITION")?.AsVector3Array();
                if (vertices is null)
                    continue;
                var (place, first) = (node.WorldMatrix, positions.Count);
                positions.AddRange(vertices.Select(vertex => Vector3.Transform(vertex, place)));
                var painted = primitive.GetVertexAccessor("COLOR_0")?.AsColorArray();
                hasColours |= painted is not null;
                colours.AddRange(painted is null ? Enumerable.Repeat(Vector3.One, vertices.Count) : painted.Select(colour => Vector3.Clamp(new(colour.X, colour.Y, colour.Z), Vector3.Zero, Vector3.One)));
                // A mirrored place turns triangles over.
                var isMirrored = place.GetDeterminant() < 0;
                foreach (var (a, b, c) in primitive.GetTriangleIndices())
                    triangles.AddRange(isMirrored ? [first + a, first + c, first + b] : [first + a, first + b, first + c]);
            }
        }
        return new([.. positions], [.. triangles], hasColours ? [.. colours] : null);
    }

    // The library reports damage by exceptions of many kinds; all of them mean that the file is at fault, as nothing else goes in.
    private static TriangleMesh Guarded(string path, Func<TriangleMesh> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is not (SparselandException or OutOfMemoryException) || fault is MismatchException or NumericalException)
        {
            throw Damaged(path, fault.Message, fault);
        }
    }

    private static InvalidFileException Damaged(string path, string problem, Exception? fault) =>
        new(path, "", problem.ReplaceLineEndings(" "), "it is damaged or not glTF 2.0: export it again", fault);
}
