using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Meshes;

namespace Sparseland.Space.Tests.Meshes;

public class TriangleMeshTests
{
    [Fact]
    public void Knows_its_box_and_the_normals_of_its_triangles()
    {
        var mesh = new TriangleMesh([new(0, 0, 0), new(2, 0, 0), new(0, 3, 0)], [0, 1, 2]);
        Assert.Equal(new Box3(Vector3.Zero, new(2, 3, 0)), mesh.Bounds);
        Assert.Equal(new Vector3(0, 0, 6), mesh.AreaNormal(0));
    }

    [Fact]
    public void Refuses_what_is_not_finite_and_vertices_that_do_not_exist()
    {
        Assert.Contains("vertex 1", Assert.Throws<NumericalException>(() => new TriangleMesh([default, new(float.NaN, 0, 0)], [])).Message);
        Assert.Contains("names vertex 3", Assert.Throws<MismatchException>(() => new TriangleMesh([default, default, default], [0, 1, 3])).Message);
        Assert.Throws<MismatchException>(() => new TriangleMesh([default], [0, 0]));
        Assert.Throws<MismatchException>(() => new TriangleMesh([default], [], [default, default]));
    }
}
