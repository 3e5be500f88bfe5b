using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Images;

namespace Sparseland.Space.Meshes.Formats;

/// <summary>
/// Wavefront OBJ (text): vertices "v x y z", with a colour as three more numbers where a program writes them, and polygons "f a b c ..." of vertex numbers from 1, or from -1 backwards from the last vertex.
/// A colour is sRGB in [0, 1], or in [0, 255] where one of its numbers is above 1. Texture coordinates, normals, groups, materials, lines and curves are passed over; vertices must come before the faces that use them.
/// </summary>
public sealed class ObjFormat : MeshFormat
{
    /// <inheritdoc/>
    public override string Name => "Wavefront OBJ";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Extensions { get; } = [".obj"];

    /// <inheritdoc/>
    public override bool HasColours => true;

    /// <inheritdoc/>
    public override TriangleMesh Read(string path, ReadOnlySpan<byte> bytes)
    {
        var text = new MeshText(path, bytes);
        var builder = new MeshBuilder();
        var corners = new List<int>();
        while (text.NextLine())
        {
            var keyword = text.Word();
            if (keyword.SequenceEqual("v"u8))
                ReadVertex(ref text, builder);
            else if (keyword.SequenceEqual("f"u8))
                ReadFace(ref text, builder, corners);
        }
        if (builder.VertexCount == 0)
            throw new InvalidFileException(path, "", "it has no vertex line 'v x y z', so it is not a mesh in OBJ", "choose the right file");
        return builder.ToMesh();
    }

    /// <inheritdoc/>
    public override void Write(Stream stream, TriangleMesh mesh)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        var writer = new MeshTextWriter(stream);
        for (var i = 0; i < mesh.VertexCount; i++)
        {
            writer.Text("v "u8).Vector(mesh.Positions[i]);
            if (mesh.Colours is { } colours)
            {
                var colour = StandardRgb.Encode(colours[i]);
                writer.Text(" "u8).Number(colour.Red / 255f, "0.######").Text(" "u8).Number(colour.Green / 255f, "0.######").Text(" "u8).Number(colour.Blue / 255f, "0.######");
            }
            writer.EndLine();
        }
        for (var i = 0; i < mesh.Triangles.Length; i += 3)
            writer.Text("f "u8).Number(mesh.Triangles[i] + 1L).Text(" "u8).Number(mesh.Triangles[i + 1] + 1L).Text(" "u8).Number(mesh.Triangles[i + 2] + 1L).EndLine();
        writer.Flush();
    }

    private static void ReadVertex(ref MeshText text, MeshBuilder builder)
    {
        var position = text.Vector("a coordinate");
        Span<float> rest = stackalloc float[4];
        var count = 0;
        for (var word = text.Word(); !word.IsEmpty && count < rest.Length; word = text.Word())
            rest[count++] = text.Number(word, "a number after the coordinates");
        // One number more is a weight, three are a colour, four a colour and its opacity.
        if (count < 3)
            builder.AddVertex(position);
        else
            builder.AddVertex(position, Colour(new(rest[0], rest[1], rest[2])));
    }

    private static Vector3 Colour(Vector3 stored) => MeshColour.FromUnit(Math.Max(stored.X, Math.Max(stored.Y, stored.Z)) > 1 ? stored / 255 : stored);

    private static void ReadFace(ref MeshText text, MeshBuilder builder, List<int> corners)
    {
        corners.Clear();
        for (var word = text.Word(); !word.IsEmpty; word = text.Word())
        {
            var slash = word.IndexOf((byte)'/');
            var number = text.Integer(slash < 0 ? word : word[..slash], "a corner's vertex");
            var vertex = number < 0 ? builder.VertexCount + (long)number : number - 1L;
            if (vertex < 0 || vertex >= builder.VertexCount)
                throw text.Fault($"a face names vertex {number}, and {builder.VertexCount} have been given so far (counted from 1, or backwards from -1)");
            corners.Add((int)vertex);
        }
        if (corners.Count < 3)
            throw text.Fault($"a face has {corners.Count} corners, and at least 3 are needed");
        builder.AddPolygon(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(corners));
    }
}
