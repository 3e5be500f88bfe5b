using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Meshes;

namespace Sparseland.Space.Tests.Meshes;

public class SurfaceComparisonTests
{
    [Fact]
    public void A_mesh_equals_itself()
    {
        var mesh = MeshPrimitives.Torus();
        var same = SurfaceComparison.Of(mesh, mesh, 1e-4, 2000);
        Assert.True(same.Chamfer < 1e-6 && same.FScore == 1 && same.NormalConsistency > 0.999, same.ToString());
    }

    [Fact]
    public void A_larger_sphere_is_as_far_as_its_radius_differs()
    {
        var result = SurfaceComparison.Of(MeshPrimitives.Icosphere(1.1f, 4), MeshPrimitives.Icosphere(1, 4), 0.05, 5000);
        Assert.Equal(0.1, result.Chamfer, 1e-3);
        Assert.Equal(0, result.FScore);
        Assert.True(result.NormalConsistency > 0.99);
    }

    [Fact]
    public void Half_a_sphere_lacks_backwards_what_it_has_not()
    {
        var result = SurfaceComparison.Of(MeshPrimitives.Hemisphere(1, 96, 32), MeshPrimitives.Icosphere(1, 4), 0.01, 5000);
        Assert.True(result.Forward < 1e-3);
        Assert.True(result.Backward > 0.2);
        Assert.InRange(result.FScore, 0.6, 0.72);
    }

    [Fact]
    public void Samples_lie_on_the_mesh_by_area()
    {
        var mesh = new TriangleMesh([new(0, 0, 0), new(1, 0, 0), new(0, 1, 0), new(0, 0, 5), new(3, 0, 5), new(0, 1, 5)], [0, 1, 2, 3, 4, 5]);
        var samples = MeshSamples.Draw(mesh, 8000, new RandomStream(1, "samples"));
        Assert.Equal(0.75, samples.Points.Count(point => point.Z == 5) / 8000.0, 0.02);
        Assert.Equal(1.0 / 3, samples.Points.Where(point => point.Z == 0).Average(point => point.X), 0.02);
        Assert.All(samples.Normals, normal => Assert.Equal(Vector3.UnitZ, normal));
        Assert.Throws<MismatchException>(() => MeshSamples.Draw(new TriangleMesh([], []), 1, new RandomStream(1, "none")));
    }
}
