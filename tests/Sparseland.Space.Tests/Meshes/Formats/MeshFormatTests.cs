using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Sparseland.Errors;
using Sparseland.Space.Meshes;
using Sparseland.Space.Meshes.Formats;

namespace Sparseland.Space.Tests.Meshes.Formats;

public class MeshFormatTests
{
    [Fact]
    public void Obj_takes_polygons_and_corners_with_slashes_and_counts_backwards()
    {
        var mesh = Obj("# a comment\nv 0 0 0\nv 1 0 0 # another\nv 1 1 0\nv 0 1 0\nvt 0 0\nvn 0 0 1\nusemtl stone\nf 1/1/1 2//1 \\\n3/1 4\nf -4 -2 -1\n");
        Assert.Equal([0, 1, 2, 0, 2, 3, 0, 2, 3], mesh.Triangles);
        Assert.Null(mesh.Colours);
    }

    [Fact]
    public void Obj_colours_are_fractions_or_bytes_and_a_vertex_without_one_is_white()
    {
        var mesh = Obj("v 0 0 0 1 0 0\nv 1 0 0 0 255 128\nv 0 1 0 1.0\nf 1 2 3\n");
        Assert.Equal(Vector3.UnitX, mesh.Colours![0]);
        Assert.Equal(new Vector3(0, 1, 0.21586f), mesh.Colours[1], (a, b) => (a - b).Length() < 1e-4f);
        Assert.Equal(Vector3.One, mesh.Colours[2]);
    }

    [Fact]
    public void A_polygon_with_a_dent_is_cut_without_overlaps()
    {
        // An L of six corners, area 3, from a corner where a fan would leave it.
        var mesh = Obj("v 0 0 0\nv 2 0 0\nv 2 1 0\nv 1 1 0\nv 1 2 0\nv 0 2 0\nf 2 3 4 5 6 1\n");
        Assert.Equal(4, mesh.TriangleCount);
        Assert.All(Enumerable.Range(0, 4), i => Assert.True(mesh.AreaNormal(i).Z > 0));
        Assert.Equal(3, Enumerable.Range(0, 4).Sum(i => mesh.AreaNormal(i).Z / 2), 5);
    }

    [Fact]
    public void Ply_passes_over_what_it_does_not_know()
    {
        var mesh = Ply("ply\nformat ascii 1.0\ncomment made by hand\nobj_info x\nelement camera 1\nproperty list uchar float views\nelement vertex 3\nproperty double y\nproperty double x\nproperty uchar quality\nproperty double z\nproperty ushort diffuse_red\nproperty ushort diffuse_green\nproperty ushort diffuse_blue\n"
            + "element face 1\nproperty list uchar uint vertex_index\nproperty list uchar float texcoord\nend_header\n3 1 2 3\n1 2 9 3 65535 0 0\n4 5 9 6 0 0 0\n7 8 9 10 0 0 0 3 0 1 2 2 0.5 0.5\n");
        Assert.Equal([new(2, 1, 3), new(5, 4, 6), new(8, 7, 10)], mesh.Positions);
        Assert.Equal(Vector3.UnitX, mesh.Colours![0]);
        Assert.Equal([0, 1, 2], mesh.Triangles);
    }

    [Fact]
    public void Stl_is_binary_when_its_length_says_so_even_if_it_begins_with_solid()
    {
        using var stream = new MemoryStream();
        new StlFormat().Write(stream, MeshPrimitives.Tetrahedron());
        var bytes = stream.ToArray();
        "solid"u8.CopyTo(bytes);
        var mesh = new StlFormat().Read("a.stl", bytes);
        Assert.Equal((4, 4), (mesh.VertexCount, mesh.TriangleCount));
    }

    [Fact]
    public void Off_reads_colours_of_both_kinds_and_counts_on_the_first_line()
    {
        var mesh = Off("COFF 3 1 0\n0 0 0 255 0 0 255\n1 0 0 0.0 1.0 0.0 1.0\n0 1 0 0 0 1\n3 0 1 2 0.5 0.5 0.5\n");
        Assert.Equal([Vector3.UnitX, Vector3.UnitY, Vector3.UnitZ], mesh.Colours!);
        Assert.Equal(1, Off("NOFF\n# normals\n3 1 0\n0 0 0 0 0 1\n1 0 0 0 0 1\n0 1 0 0 0 1\n3 0 1 2\n").TriangleCount);
    }

    [Theory]
    [InlineData("v 0 0 nan\n", "line 1")]
    [InlineData("v 0 0 0\n\nv 0 0 1e999\n", "line 3")]
    [InlineData("v 0 0 0\nf 1 1\n", "line 2")]
    [InlineData("v 0 0 0\nf 1 1 2\n", "line 2")]
    [InlineData("v 0 0 0\nf 1 1 -2\n", "line 2")]
    [InlineData("v 0 0 0\nf 1 1 0\n", "line 2")]
    [InlineData("v 0 0\n", "line 1")]
    [InlineData("hello\n", "no vertex line")]
    public void A_damaged_obj_is_refused_with_the_line(string content, string place) => Refused(() => Obj(content), place);

    [Theory]
    [InlineData("OBJ\n", "line 1")]
    [InlineData("OFF\n3 1 0\n0 0 0\n", "line 2")]
    [InlineData("OFF\n3 0 0\n0 0 0\n0 0 0 # so long\n", "line 5")]
    [InlineData("OFF\n1000000000 1000000000 0\n0 0 0\n", "line 2")]
    [InlineData("OFF\n3 1 0\n0 0 0\n0 0 1\n0 1 0\n3 0 1 3\n", "line 6")]
    [InlineData("OFF\n3 1 0\n0 0 0\n0 0 1\n0 1 0\n2 0 1\n", "line 6")]
    public void A_damaged_off_is_refused_with_the_line(string content, string place) => Refused(() => Off(content), place);

    [Theory]
    [InlineData("ply\nformat ascii 1.0\nelement vertex 9999999\nproperty float x\nproperty float y\nproperty float z\nend_header\n", "header")]
    [InlineData("ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nproperty float z\nend_header\n0 0 nan", "line 8")]
    [InlineData("ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nend_header\n0 ", "header")]
    [InlineData("ply\nelement vertex 0\nproperty float x\nproperty float y\nproperty float z\nend_header\n", "format")]
    [InlineData("ply\nformat ascii 1.0\nproperty float x\n", "line 3")]
    [InlineData("ply\nformat ascii 1.0\nelement vertex 2\nproperty list uchar float x\nproperty float y\nproperty float z\nend_header\n1 2\n", "header")]
    [InlineData("ply\nformat ascii 1.0\n", "line")]
    public void A_damaged_ply_is_refused_with_the_place(string content, string place) => Refused(() => Ply(content), place);

    [Fact]
    public void A_truncated_binary_file_is_refused_with_what_is_missing()
    {
        foreach (var format in new MeshFormat[] { new PlyFormat(), new PlyFormat(PlyEncoding.BinaryBigEndian), new StlFormat() })
        {
            using var stream = new MemoryStream();
            format.Write(stream, MeshPrimitives.Tetrahedron());
            var bytes = stream.ToArray();
            for (var length = 0; length < bytes.Length; length++)
                Assert.ThrowsAny<SparselandException>(() => format.Read("a", bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void A_binary_stl_with_a_coordinate_that_is_no_number_is_refused_with_its_byte()
    {
        using var stream = new MemoryStream();
        new StlFormat().Write(stream, MeshPrimitives.Tetrahedron());
        var bytes = stream.ToArray();
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(84 + 50 + 24), float.NaN);
        Refused(() => new StlFormat().Read("a.stl", bytes), "byte 158");
    }

    [Theory]
    [InlineData("4OFF\n")]
    [InlineData("OFF BINARY\n")]
    public void A_kind_of_off_that_is_not_read_is_named(string content) => Assert.Throws<UnsupportedException>(() => Off(content));

    private static void Refused(Action read, string place)
    {
        var fault = Assert.Throws<InvalidFileException>(read);
        Assert.Contains(place, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    private static TriangleMesh Obj(string text) => new ObjFormat().Read("a.obj", Encoding.UTF8.GetBytes(text));

    private static TriangleMesh Ply(string text) => new PlyFormat().Read("a.ply", Encoding.UTF8.GetBytes(text));

    private static TriangleMesh Off(string text) => new OffFormat().Read("a.off", Encoding.UTF8.GetBytes(text));
}
