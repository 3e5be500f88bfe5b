using System.Numerics;
using Sparseland.Chance;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;

namespace Sparseland.Space.Tests.Fields;

public class WindingNumberTests
{
    [Fact]
    public void ItIsOneInsideAClosedSurfaceAndZeroOutside()
    {
        var winding = WindingNumber.Build(TestMeshes.Sphere(32, 64));
        Assert.Equal(1, winding.At(Vector3.Zero), 1e-3f);
        Assert.Equal(1, winding.At(new(0.5f, 0.6f, -0.3f)), 1e-3f);
        Assert.Equal(0, winding.At(new(1.5f, 0, 0)), 1e-3f);
        Assert.Equal(0, winding.At(new(100, 100, 100)), 1e-6f);
        Assert.Equal(0.5f, winding.At(new(0, 0, 1)), 0.5f);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheFastFormEqualsTheExactOneToAFewThousandths(bool isSoup)
    {
        var mesh = isSoup ? TestMeshes.Soup(1500, 0.1f, 1) : TestMeshes.Sphere(30, 50);
        var winding = WindingNumber.Build(mesh);
        var random = new RandomStream(2, "winding");
        var points = Enumerable.Range(0, 400).Select(_ => 4 * (TestMeshes.Point(random, 1) - new Vector3(0.5f))).ToArray();
        var windings = new float[points.Length];
        winding.At(points, windings);
        for (var i = 0; i < points.Length; i++)
        {
            Assert.Equal(WindingNumber.Exact(mesh, points[i]), windings[i], 4e-3);
            Assert.Equal(winding.At(points[i]), windings[i]);
        }
    }

    [Fact]
    public void HalfASphereWindsByItsSolidAngle()
    {
        var sphere = TestMeshes.Sphere(40, 80);
        var triangles = Enumerable.Range(0, sphere.TriangleCount).Where(t => sphere.Corners(t) is var (a, b, c) && a.Z + b.Z + c.Z > 0).SelectMany(t => sphere.Triangles[(3 * t)..(3 * t + 3)]);
        var mesh = new TriangleMesh(sphere.Positions, [.. triangles]);
        Assert.Equal(0.5, WindingNumber.Exact(mesh, Vector3.Zero), 1e-3);
        Assert.Equal(0.5f, WindingNumber.Build(mesh).At(Vector3.Zero), 3e-3f);
    }

    [Fact]
    public void AMeshWithoutTrianglesWindsAroundNothing()
    {
        var winding = WindingNumber.Build(new TriangleMesh([Vector3.Zero], []));
        Assert.Equal(0, winding.At(Vector3.Zero));
        Assert.True(float.IsNaN(winding.At(new(float.NaN))));
    }
}
