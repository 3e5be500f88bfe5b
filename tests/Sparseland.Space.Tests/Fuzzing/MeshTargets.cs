using System.Numerics;
using System.Text;
using Sparseland.Space.Meshes;
using Sparseland.Space.Meshes.Formats;

namespace Sparseland.Fuzzing;

/// <summary>The readers of meshes. What is accepted is examined: every edge and triangle of it is looked at.</summary>
internal static class MeshTargets
{
    /// <summary>The readers.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("obj", [Written(new ObjFormat(), coloured: false), Written(new ObjFormat(), coloured: true), Encoding.UTF8.GetBytes("# L\nv 0 0 0\nv 2 0 0\nv 2 1 0 1\nv 1 1 0 0.5 0.5 0.5\nv 1 2 0\nv 0 2 0\nvt 0 0\nf 2/1 3//1 4/1/1 5 \\\n6 1\nf -1 -2 -3\n")], bytes => Read(new ObjFormat(), bytes), BytesPerByte: 600),
        new("ply", [Written(new PlyFormat(), coloured: true), Written(new PlyFormat(PlyEncoding.BinaryBigEndian), coloured: false), Written(new PlyFormat(PlyEncoding.Text), coloured: true), ManyProperties()], bytes => Read(new PlyFormat(), bytes), BytesPerByte: 600),
        new("stl", [Written(new StlFormat(), coloured: false), Written(new StlFormat(text: true), coloured: false)], bytes => Read(new StlFormat(), bytes), BytesPerByte: 600),
        new("off", [Written(new OffFormat(), coloured: false), Written(new OffFormat(), coloured: true), Encoding.UTF8.GetBytes("NCOFF\n# square\n4 1 4\n0 0 0 0 0 1 1.0 0.5 0 1\n1 0 0 0 0 1 255 0 0\n1 1 0 0 0 1 0 0 0 0\n0 1 0 0 0 1 1 1 1 1\n4 0 1 2 3 0.5 0.5 0.5\n")], bytes => Read(new OffFormat(), bytes), BytesPerByte: 600),
    ];

    private static void Read(MeshFormat format, byte[] bytes) => MeshReport.Of(format.Read("a" + format.Extensions[0], bytes));

    private static byte[] Written(MeshFormat format, bool coloured)
    {
        var body = MeshPrimitives.Cylinder(1, 2, 5);
        using var stream = new MemoryStream();
        format.Write(stream, coloured ? new(body.Positions, body.Triangles, [.. body.Positions.Select(p => Vector3.Abs(p))]) : body);
        return stream.ToArray();
    }

    private static byte[] ManyProperties() => Encoding.UTF8.GetBytes(
        "ply\nformat ascii 1.0\ncomment by hand\nelement camera 1\nproperty list uchar double views\nelement vertex 3\nproperty double y\nproperty float x\nproperty short quality\nproperty int z\nproperty ushort red\n"
        + "property ushort green\nproperty ushort blue\nelement face 1\nproperty list uint8 uint32 vertex_index\nproperty list char float texcoord\nend_header\n2 1 2\n0 0 5 0 1 2 3\n0 1 5 0 4 5 6\n1 0 5 0 7 8 9\n3 0 1 2 2 0.5 0.5\n");
}
