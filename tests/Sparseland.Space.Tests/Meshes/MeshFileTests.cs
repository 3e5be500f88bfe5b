using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Space.Meshes;
using Sparseland.Space.Meshes.Formats;
using Sparseland.Testing;

namespace Sparseland.Space.Tests.Meshes;

public class MeshFileTests
{
    public static TheoryData<string, MeshFormat> Formats => new()
    {
        { ".obj", new ObjFormat() },
        { ".ply", new PlyFormat() },
        { ".ply", new PlyFormat(PlyEncoding.BinaryBigEndian) },
        { ".ply", new PlyFormat(PlyEncoding.Text) },
        { ".stl", new StlFormat() },
        { ".stl", new StlFormat(text: true) },
        { ".off", new OffFormat() },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void What_is_written_is_read_and_written_again_as_the_same_bytes(string extension, MeshFormat format)
    {
        foreach (var coloured in new[] { false, true })
        {
            var mesh = Crooked(coloured);
            using var first = new MemoryStream();
            format.Write(first, mesh);
            var read = format.Read("a" + extension, first.ToArray());
            using var second = new MemoryStream();
            format.Write(second, read);
            Assert.Equal(first.ToArray(), second.ToArray());
            Assert.Equal(Corners(mesh), Corners(read));
            Assert.Equal(coloured && format.HasColours, read.Colours is not null);
            if (read.Colours is not null)
                Assert.All(read.Colours.Zip(mesh.Colours!), pair => Assert.True((pair.First - pair.Second).Length() < 0.01f));
        }
    }

    [Theory]
    [InlineData("a.obj")]
    [InlineData("a.PLY")]
    [InlineData("a.stl")]
    [InlineData("a.off")]
    public void A_file_on_disk_comes_back_by_its_extension_and_whichever_axis_is_up(string name)
    {
        var folder = Directory.CreateTempSubdirectory("sparseland-mesh").FullName;
        try
        {
            var (path, mesh) = (Path.Combine(folder, name), Crooked(coloured: false));
            MeshFile.Write(path, mesh);
            Assert.Equal(Corners(mesh), Corners(MeshFile.Read(path)));
            MeshFile.Write(path, mesh, UpAxis.Y);
            Assert.Equal(Corners(mesh), Corners(MeshFile.Read(path, UpAxis.Y)));
            var asStored = MeshFile.Read(path);
            Assert.Equal(mesh.Corners(0).A, new Vector3(asStored.Corners(0).A.X, -asStored.Corners(0).A.Z, asStored.Corners(0).A.Y));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void An_unknown_extension_names_those_that_are_known()
    {
        var fault = Assert.Throws<UnsupportedException>(() => MeshFile.Read("a.xyz"));
        Assert.Contains(".obj, .ply, .stl, .off", fault.Message, StringComparison.Ordinal);
        Assert.True(MeshFile.IsMesh("b.Obj"));
        Assert.False(MeshFile.IsMesh("b.png"));
    }

    [Theory]
    [InlineData("classic/stanford-bunny.obj", 35947, 69451)]
    [InlineData("classic/fandisk.obj", 6475, 12946)]
    [InlineData("classic/spot.obj", 2930, 5856)]
    [InlineData("libigl_open/3holes.off", 3596, 7200)]
    [InlineData("libigl_open/bunny.off", 3485, 6966)]
    [InlineData("garments_diffavatar/tshirt.obj", 0, 0)]
    public void Real_meshes_have_as_many_vertices_and_triangles_as_their_files_say(string name, int vertices, int triangles)
    {
        var mesh = MeshFile.Read(TestData.Require($"meshes/{name}"));
        Assert.Equal(vertices == 0 ? mesh.VertexCount : vertices, mesh.VertexCount);
        Assert.Equal(triangles == 0 ? mesh.TriangleCount : triangles, mesh.TriangleCount);
        Assert.True(mesh.TriangleCount > 0);
        using var written = new MemoryStream();
        new PlyFormat().Write(written, mesh);
        var again = new PlyFormat().Read("a.ply", written.ToArray());
        Assert.Equal(mesh.Positions, again.Positions);
        Assert.Equal(mesh.Triangles, again.Triangles);
    }

    internal static TriangleMesh Crooked(bool coloured)
    {
        var random = new RandomStream(7, "crooked");
        var sphere = MeshPrimitives.Icosphere(1, 1);
        var positions = Array.ConvertAll(sphere.Positions, p => (p + new Vector3(0, 0.1f * (float)random.NextDouble(), 1e-6f)) * 1.7f);
        return new(positions, sphere.Triangles, coloured ? Array.ConvertAll(positions, _ => new Vector3((float)random.NextDouble(), (float)random.NextDouble(), (float)random.NextDouble())) : null);
    }

    private static IEnumerable<(Vector3, Vector3, Vector3)> Corners(TriangleMesh mesh) => Enumerable.Range(0, mesh.TriangleCount).Select(mesh.Corners);
}
