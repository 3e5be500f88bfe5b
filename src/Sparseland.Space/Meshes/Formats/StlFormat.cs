using System.Buffers.Binary;
using System.Numerics;
using Sparseland.Errors;

namespace Sparseland.Space.Meshes.Formats;

/// <summary>
/// STL, binary or text: loose triangles, whose corners become one vertex where their coordinates are equal. Normals are passed over (the order of the corners says as much) and written anew; there are no colours.
/// A file whose length is the one that a binary header promises is binary, whatever it begins with.
/// </summary>
/// <param name="text">Whether to write text; else binary.</param>
public sealed class StlFormat(bool text = false) : MeshFormat
{
    private const int HeaderBytes = 84;
    private const int TriangleBytes = 50;

    /// <inheritdoc/>
    public override string Name => "STL";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Extensions { get; } = [".stl"];

    /// <inheritdoc/>
    public override bool HasColours => false;

    /// <inheritdoc/>
    public override TriangleMesh Read(string path, ReadOnlySpan<byte> bytes)
    {
        var promised = bytes.Length >= HeaderBytes ? HeaderBytes + TriangleBytes * (long)BinaryPrimitives.ReadUInt32LittleEndian(bytes[80..]) : 0;
        if (promised > 0 && promised == bytes.Length)
            return ReadBinary(path, bytes);
        if (bytes.StartsWith("solid"u8))
            return ReadText(path, bytes);
        throw new InvalidFileException(path, "byte 80", promised == 0 ? $"it has {bytes.Length} bytes and does not begin with 'solid'" : $"its triangles ask for {promised} bytes and it has {bytes.Length}", "it is truncated or not STL: fetch or export it again");
    }

    /// <inheritdoc/>
    public override void Write(Stream stream, TriangleMesh mesh)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(mesh);
        if (text)
            WriteText(stream, mesh);
        else
            WriteBinary(stream, mesh);
    }

    private static TriangleMesh ReadBinary(string path, ReadOnlySpan<byte> bytes)
    {
        var welder = new VertexWelder((bytes.Length - HeaderBytes) / TriangleBytes);
        for (var at = HeaderBytes; at < bytes.Length; at += TriangleBytes)
        {
            for (var corner = 1; corner <= 3; corner++)
            {
                var place = at + 12 * corner;
                var position = new Vector3(
                    BinaryPrimitives.ReadSingleLittleEndian(bytes[place..]), BinaryPrimitives.ReadSingleLittleEndian(bytes[(place + 4)..]), BinaryPrimitives.ReadSingleLittleEndian(bytes[(place + 8)..]));
                if (!float.IsFinite(position.X + position.Y + position.Z) && !(float.IsFinite(position.X) && float.IsFinite(position.Y) && float.IsFinite(position.Z)))
                    throw new InvalidFileException(path, $"byte {place}", $"a corner is ({position.X}, {position.Y}, {position.Z}), and coordinates must be finite", "mend the triangle or export the mesh again");
                welder.Add(position);
            }
        }
        return welder.ToMesh();
    }

    private static TriangleMesh ReadText(string path, ReadOnlySpan<byte> bytes)
    {
        var lines = new MeshText(path, bytes);
        var welder = new VertexWelder(0);
        lines.NextLine();
        while (lines.NextLine())
        {
            var word = lines.Word();
            if (word.SequenceEqual("vertex"u8))
                welder.Add(lines.Vector("a coordinate"));
            else if (word.SequenceEqual("endfacet"u8) ? welder.CornerCount % 3 != 0 : !IsKnown(word))
                throw lines.Fault(IsKnown(word) ? "a facet does not have three vertices" : $"{MeshText.Printable(word)} is none of facet, outer, vertex, endloop, endfacet, endsolid and solid");
        }
        return welder.CornerCount % 3 == 0 ? welder.ToMesh() : throw lines.Fault("the file ends within a facet");
    }

    private static bool IsKnown(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("facet"u8) || word.SequenceEqual("outer"u8) || word.SequenceEqual("endloop"u8) || word.SequenceEqual("endfacet"u8) || word.SequenceEqual("endsolid"u8) || word.SequenceEqual("solid"u8);

    private static void WriteBinary(Stream stream, TriangleMesh mesh)
    {
        var header = new byte[HeaderBytes];
        "binary STL"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(80), mesh.TriangleCount);
        stream.Write(header);
        var record = new byte[TriangleBytes];
        for (var i = 0; i < mesh.TriangleCount; i++)
        {
            var (a, b, c) = mesh.Corners(i);
            Put(record, 0, Normal(mesh, i));
            Put(record, 12, a);
            Put(record, 24, b);
            Put(record, 36, c);
            stream.Write(record);
        }
    }

    private static void WriteText(Stream stream, TriangleMesh mesh)
    {
        var writer = new MeshTextWriter(stream);
        writer.Text("solid mesh\n"u8);
        for (var i = 0; i < mesh.TriangleCount; i++)
        {
            var (a, b, c) = mesh.Corners(i);
            writer.Text("facet normal "u8).Vector(Normal(mesh, i)).Text("\nouter loop\nvertex "u8).Vector(a).Text("\nvertex "u8).Vector(b).Text("\nvertex "u8).Vector(c).Text("\nendloop\nendfacet\n"u8);
        }
        writer.Text("endsolid mesh\n"u8).Flush();
    }

    private static Vector3 Normal(TriangleMesh mesh, int triangle)
    {
        var normal = mesh.AreaNormal(triangle);
        var length = normal.Length();
        return length > 0 && float.IsFinite(length) ? normal / length : Vector3.Zero;
    }

    private static void Put(byte[] record, int at, Vector3 value)
    {
        BinaryPrimitives.WriteSingleLittleEndian(record.AsSpan(at), value.X);
        BinaryPrimitives.WriteSingleLittleEndian(record.AsSpan(at + 4), value.Y);
        BinaryPrimitives.WriteSingleLittleEndian(record.AsSpan(at + 8), value.Z);
    }
}
