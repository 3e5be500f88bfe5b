using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Sparseland.Errors;
using Sparseland.Space.Images;

namespace Sparseland.Space.Meshes.Formats;

/// <summary>
/// PLY (Turk's polygon file format), text and binary of both byte orders: element "vertex" with x, y, z and perhaps red, green, blue (or diffuse_red ...) of any number type, element "face" with a list of
/// vertex numbers. Colours are sRGB: whole types count up to their largest value, fractions up to one. All other elements and properties are passed over. A file without faces is a mesh of loose vertices.
/// </summary>
/// <param name="encoding">How to write; files of all encodings are read.</param>
public sealed class PlyFormat(PlyEncoding encoding = PlyEncoding.BinaryLittleEndian) : MeshFormat
{
    /// <inheritdoc/>
    public override string Name => "PLY";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Extensions { get; } = [".ply"];

    /// <inheritdoc/>
    public override bool HasColours => true;

    /// <inheritdoc/>
    public override TriangleMesh Read(string path, ReadOnlySpan<byte> bytes)
    {
        var header = PlyHeader.Read(path, bytes);
        var body = new PlyBody(path, bytes, header);
        var builder = new MeshBuilder();
        var hasVertices = false;
        foreach (var element in header.Elements)
        {
            if (element.Name == "vertex")
                ReadVertices(path, ref body, element, builder);
            else if (element.Name == "face")
                ReadFaces(ref body, element, builder, hasVertices);
            else if (element.Name == "tristrips")
                throw new UnsupportedException($"{path} has its triangles in strips (element tristrips), which are not read; export it with an element face");
            else
                SkipElement(ref body, element);
            hasVertices |= element.Name == "vertex";
        }
        return hasVertices ? builder.ToMesh() : throw new InvalidFileException(path, "header", "it has no element 'vertex'", "choose a PLY file of a mesh or of points");
    }

    /// <inheritdoc/>
    public override void Write(Stream stream, TriangleMesh mesh)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(mesh);
        var writer = new MeshTextWriter(stream);
        writer.Text("ply\nformat "u8).Text(encoding switch { PlyEncoding.Text => "ascii"u8, PlyEncoding.BinaryBigEndian => "binary_big_endian"u8, _ => "binary_little_endian"u8 });
        writer.Text(" 1.0\nelement vertex "u8).Number(mesh.VertexCount).Text("\nproperty float x\nproperty float y\nproperty float z\n"u8);
        if (mesh.Colours is not null)
            writer.Text("property uchar red\nproperty uchar green\nproperty uchar blue\n"u8);
        writer.Text("element face "u8).Number(mesh.TriangleCount).Text("\nproperty list uchar int vertex_indices\nend_header\n"u8);
        if (encoding == PlyEncoding.Text)
            WriteText(writer, mesh);
        writer.Flush();
        if (encoding != PlyEncoding.Text)
            WriteBinary(stream, mesh);
    }

    private static void ReadVertices(string path, ref PlyBody body, PlyElement element, MeshBuilder builder)
    {
        ReadOnlySpan<int> places =
        [
            element.IndexOf("x"), element.IndexOf("y"), element.IndexOf("z"),
            element.IndexOf("red", "diffuse_red"), element.IndexOf("green", "diffuse_green"), element.IndexOf("blue", "diffuse_blue"),
        ];
        if (places[0] < 0 || places[1] < 0 || places[2] < 0)
            throw new InvalidFileException(path, "header", "the element 'vertex' does not have x, y and z", "choose a PLY file of a mesh or of points");
        var coloured = places[3] >= 0 && places[4] >= 0 && places[5] >= 0;
        Span<double> values = stackalloc double[element.Properties.Count];
        for (var i = 0; i < element.Count; i++)
        {
            for (var property = 0; property < values.Length; property++)
                values[property] = Next(ref body, element.Properties[property]);
            var position = new Vector3((float)values[places[0]], (float)values[places[1]], (float)values[places[2]]);
            if (!(float.IsFinite(position.X) && float.IsFinite(position.Y) && float.IsFinite(position.Z)))
                throw body.Fault($"vertex {i} is ({position.X}, {position.Y}, {position.Z}), and coordinates must be finite");
            if (coloured)
                builder.AddVertex(position, MeshColour.FromUnit(new(Channel(element, values, places[3]), Channel(element, values, places[4]), Channel(element, values, places[5]))));
            else
                builder.AddVertex(position);
        }
    }

    private static float Channel(PlyElement element, ReadOnlySpan<double> values, int property) => element.Properties[property].Type switch
    {
        PlyType.Float32 or PlyType.Float64 => (float)values[property],
        PlyType.UInt16 => (float)(values[property] / ushort.MaxValue),
        _ => (float)(values[property] / byte.MaxValue),
    };

    private static void ReadFaces(ref PlyBody body, PlyElement element, MeshBuilder builder, bool hasVertices)
    {
        var indices = element.IndexOf("vertex_indices", "vertex_index");
        if (indices < 0 || !element.Properties[indices].IsList || !hasVertices)
            throw body.Fault(hasVertices ? "the element 'face' has no list 'vertex_indices'" : "the element 'face' comes before the element 'vertex'");
        var corners = new List<int>();
        for (var i = 0; i < element.Count; i++)
        {
            for (var property = 0; property < element.Properties.Count; property++)
            {
                if (property == indices)
                    ReadCorners(ref body, element.Properties[property], builder.VertexCount, corners);
                else
                    Next(ref body, element.Properties[property]);
            }
            if (corners.Count < 3)
                throw body.Fault($"face {i} has {corners.Count} corners, and at least 3 are needed");
            builder.AddPolygon(CollectionsMarshal.AsSpan(corners));
        }
    }

    private static void ReadCorners(ref PlyBody body, PlyProperty property, int vertices, List<int> corners)
    {
        corners.Clear();
        for (var left = Count(ref body, property); left > 0; left--)
        {
            var vertex = body.NextInteger(property.Type);
            if ((uint)vertex >= (uint)vertices)
                throw body.Fault($"a face names vertex {vertex}, and there are {vertices} (counted from 0)");
            corners.Add(vertex);
        }
    }

    private static void SkipElement(ref PlyBody body, PlyElement element)
    {
        for (var i = 0; i < element.Count; i++)
        {
            foreach (var property in element.Properties)
                Next(ref body, property);
        }
    }

    // A list that is passed over counts as zero.
    private static double Next(ref PlyBody body, PlyProperty property)
    {
        if (!property.IsList)
            return body.Next(property.Type);
        for (var left = Count(ref body, property); left > 0; left--)
            body.Next(property.Type);
        return 0;
    }

    private static int Count(ref PlyBody body, PlyProperty property)
    {
        var count = body.NextInteger(property.CountType!.Value);
        return count >= 0 && count <= body.Left ? count : throw body.Fault($"a list of {count} numbers is said to follow, and {body.Left} bytes are left");
    }

    private static void WriteText(MeshTextWriter writer, TriangleMesh mesh)
    {
        for (var i = 0; i < mesh.VertexCount; i++)
        {
            writer.Vector(mesh.Positions[i]);
            if (mesh.Colours is { } colours)
            {
                var colour = StandardRgb.Encode(colours[i]);
                writer.Text(" "u8).Number(colour.Red).Text(" "u8).Number(colour.Green).Text(" "u8).Number(colour.Blue);
            }
            writer.EndLine();
        }
        for (var i = 0; i < mesh.Triangles.Length; i += 3)
            writer.Text("3 "u8).Number(mesh.Triangles[i]).Text(" "u8).Number(mesh.Triangles[i + 1]).Text(" "u8).Number(mesh.Triangles[i + 2]).EndLine();
    }

    private void WriteBinary(Stream stream, TriangleMesh mesh)
    {
        Span<byte> record = stackalloc byte[15];
        var used = mesh.Colours is null ? 12 : 15;
        for (var i = 0; i < mesh.VertexCount; i++)
        {
            for (var axis = 0; axis < 3; axis++)
                Put(record[(4 * axis)..], BitConverter.SingleToInt32Bits(mesh.Positions[i][axis]));
            if (mesh.Colours is { } colours)
                MemoryMarshal.Write(record[12..], StandardRgb.Encode(colours[i]));
            stream.Write(record[..used]);
        }
        record[0] = 3;
        for (var i = 0; i < mesh.Triangles.Length; i += 3)
        {
            for (var corner = 0; corner < 3; corner++)
                Put(record[(1 + 4 * corner)..], mesh.Triangles[i + corner]);
            stream.Write(record[..13]);
        }
    }

    private void Put(Span<byte> destination, int value)
    {
        if (encoding == PlyEncoding.BinaryBigEndian)
            BinaryPrimitives.WriteInt32BigEndian(destination, value);
        else
            BinaryPrimitives.WriteInt32LittleEndian(destination, value);
    }
}
