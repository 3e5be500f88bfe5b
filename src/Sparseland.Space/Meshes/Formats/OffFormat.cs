using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Images;

namespace Sparseland.Space.Meshes.Formats;

/// <summary>
/// Object File Format (text): "OFF", the numbers of vertices, faces and edges, a line "x y z" for each vertex and a line "n a b c ..." with vertex numbers from 0 for each face; with a C before the OFF a vertex
/// has a colour of three or four channels after the rest, sRGB: whole numbers in [0, 255] where one is above 1, else fractions in [0, 1]. Normals (N) and texture coordinates (ST) are passed over, colours of faces too;
/// four-dimensional and binary files are not read.
/// </summary>
public sealed class OffFormat : MeshFormat
{
    /// <inheritdoc/>
    public override string Name => "Object File Format";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Extensions { get; } = [".off"];

    /// <inheritdoc/>
    public override bool HasColours => true;

    /// <inheritdoc/>
    public override TriangleMesh Read(string path, ReadOnlySpan<byte> bytes)
    {
        var text = new MeshText(path, bytes);
        var builder = new MeshBuilder();
        var header = text.NextLine() ? text.Word() : default;
        if (!header.EndsWith("OFF"u8))
            throw new InvalidFileException(path, "line 1", $"it begins with {MeshText.Printable(header)}, and a mesh in OFF begins with the letters OFF", "choose the right file");
        var flags = header[..^3];
        var next = text.Word();
        if (flags.ContainsAny((byte)'4', (byte)'n') || next.SequenceEqual("BINARY"u8))
            throw new UnsupportedException($"{path} is a four-dimensional, n-dimensional or binary OFF file; OFF, COFF, NOFF and STOFF in text are read: export it as one of them");
        var word = next.IsEmpty ? text.WordAnywhere("the number of vertices") : next;
        var (vertices, faces) = (text.Integer(word, "the number of vertices"), text.Integer(text.WordAnywhere("the number of faces"), "the number of faces"));
        // A vertex takes at least six bytes and a face at least eight: what cannot be there is refused before anything is made.
        if (vertices < 0 || faces < 0 || vertices * 6L + faces * 4L > bytes.Length)
            throw text.Fault($"{vertices} vertices and {faces} faces are said to follow, which {bytes.Length} bytes cannot hold");
        var colours = flags.Contains((byte)'C');
        for (var i = 0; i < vertices; i++)
            ReadVertex(ref text, builder, flags.Contains((byte)'N'), colours);
        var corners = new List<int>();
        for (var i = 0; i < faces; i++)
            ReadFace(ref text, builder, corners);
        return builder.ToMesh();
    }

    /// <inheritdoc/>
    public override void Write(Stream stream, TriangleMesh mesh)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        var writer = new MeshTextWriter(stream);
        writer.Text(mesh.Colours is null ? "OFF\n"u8 : "COFF\n"u8).Number(mesh.VertexCount).Text(" "u8).Number(mesh.TriangleCount).Text(" 0\n"u8);
        for (var i = 0; i < mesh.VertexCount; i++)
        {
            writer.Vector(mesh.Positions[i]);
            if (mesh.Colours is { } colours)
            {
                var colour = StandardRgb.Encode(colours[i]);
                writer.Text(" "u8).Number(colour.Red).Text(" "u8).Number(colour.Green).Text(" "u8).Number(colour.Blue).Text(" 255"u8);
            }
            writer.EndLine();
        }
        for (var i = 0; i < mesh.Triangles.Length; i += 3)
            writer.Text("3 "u8).Number(mesh.Triangles[i]).Text(" "u8).Number(mesh.Triangles[i + 1]).Text(" "u8).Number(mesh.Triangles[i + 2]).EndLine();
        writer.Flush();
    }

    private static void ReadVertex(ref MeshText text, MeshBuilder builder, bool normals, bool colours)
    {
        NextLine(ref text, "a vertex");
        var position = text.Vector("a coordinate");
        if (!colours)
        {
            builder.AddVertex(position);
            return;
        }
        if (normals)
            text.Vector("a normal's coordinate");
        var whole = true;
        var most = 0f;
        Span<float> channels = stackalloc float[4];
        for (var i = 0; i < channels.Length; i++)
        {
            var word = text.Word();
            // The fourth, opacity, may be left out.
            if (i == 3 && word.IsEmpty)
                break;
            whole &= !word.ContainsAny((byte)'.', (byte)'e');
            channels[i] = text.Number(word, "a colour's channel");
            most = Math.Max(most, channels[i]);
        }
        var stored = new Vector3(channels[0], channels[1], channels[2]);
        builder.AddVertex(position, MeshColour.FromUnit(whole && most > 1 ? stored / 255 : stored));
    }

    private static void ReadFace(ref MeshText text, MeshBuilder builder, List<int> corners)
    {
        NextLine(ref text, "a face");
        corners.Clear();
        var count = text.Integer("the number of a face's corners");
        if (count < 3)
            throw text.Fault($"a face has {count} corners, and at least 3 are needed");
        for (var i = 0; i < count; i++)
        {
            var vertex = text.Integer("a corner's vertex");
            if ((uint)vertex >= (uint)builder.VertexCount)
                throw text.Fault($"a face names vertex {vertex}, and there are {builder.VertexCount} (counted from 0)");
            corners.Add(vertex);
        }
        builder.AddPolygon(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(corners));
    }

    private static void NextLine(ref MeshText text, string what)
    {
        if (!text.NextLine())
            throw text.Fault($"the file ends where {what} should be");
    }
}
