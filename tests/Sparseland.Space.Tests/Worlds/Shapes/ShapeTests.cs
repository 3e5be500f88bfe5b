using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Rays;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Tests.Worlds.Shapes;

public class ShapeTests
{
    // Negative inside: each shape once more, as a function of a point.
    private static readonly (Shape Shape, Func<Vector3, float> Inside)[] s_solids =
    [
        (SphereShape.Unit, p => p.Length() - 0.5f),
        (BoxShape.Unit, p => MathF.Max(MathF.Abs(p.X), MathF.Max(MathF.Abs(p.Y), MathF.Abs(p.Z))) - 0.5f),
        (FrustumShape.Cylinder, p => MathF.Max(new Vector2(p.X, p.Y).Length() - 0.5f, MathF.Abs(p.Z) - 0.5f)),
        (FrustumShape.Cone, p => MathF.Max(new Vector2(p.X, p.Y).Length() - 0.5f * (0.5f - p.Z), MathF.Abs(p.Z) - 0.5f)),
        (new FrustumShape(0.6f), p => MathF.Max(new Vector2(p.X, p.Y).Length() - (0.5f - 0.2f * (p.Z + 0.5f)), MathF.Abs(p.Z) - 0.5f)),
    ];

    [Fact]
    public void The_nearest_point_is_where_the_ray_first_changes_sides()
    {
        foreach (var (shape, inside) in s_solids)
        {
            var random = new RandomStream(11, shape.Kind);
            var hits = 0;
            for (var round = 0; round < 1000; round++)
            {
                var origin = (round % 4 == 0 ? 0.6f : 1.5f) * Point(random);
                var ray = new Ray(origin, (0.7f * Point(random) - origin) * (0.2f + 3 * (float)random.NextDouble()));
                var found = shape.FirstHit(in ray, out var hit);
                var march = March(ray, inside);
                if (found)
                {
                    hits++;
                    Assert.InRange(inside(ray.At(hit.Distance)), -1e-5f, 1e-5f);
                    Assert.True(march >= hit.Distance - 1e-4f, $"{shape.Kind}: the ray {ray} changes sides at {march} before {hit.Distance}");
                    Slope(shape, inside, ray.At(hit.Distance), hit.Normal);
                }
                else
                    Assert.True(float.IsInfinity(march), $"{shape.Kind}: the ray {ray} is inside at {march}, and no hit was found");
                Assert.Equal(found, shape.AnyHit(in ray));
            }
            Assert.InRange(hits, 300, 999);
        }
    }

    [Fact]
    public void A_hit_outside_the_rays_limits_does_not_count()
    {
        foreach (var (shape, _) in s_solids)
        {
            var ray = new Ray(new(0.01f, 0.02f, -3), Vector3.UnitZ);
            Assert.True(shape.FirstHit(in ray, out var near));
            Assert.False(shape.AnyHit(ray with { Maximum = near.Distance - 0.01f }));
            Assert.True(shape.FirstHit(ray with { Minimum = near.Distance + 0.01f }, out var far));
            Assert.True(far.Distance > near.Distance + 0.01f);
            Assert.True(Vector3.Dot(near.Normal, ray.Direction) < 0 && Vector3.Dot(far.Normal, ray.Direction) > 0, $"{shape.Kind}: normals point outwards on both sides");
            Assert.False(shape.AnyHit(ray with { Minimum = far.Distance + 0.01f }));
        }
    }

    [Fact]
    public void The_rectangle_is_hit_within_its_borders_only()
    {
        Assert.True(RectangleShape.Unit.FirstHit(new Ray(new(0.4f, -0.4f, 2), -Vector3.UnitZ), out var hit));
        Assert.Equal((2f, Vector3.UnitZ), (hit.Distance, hit.Normal));
        Assert.False(RectangleShape.Unit.AnyHit(new Ray(new(0.6f, 0, 2), -Vector3.UnitZ)));
        Assert.False(RectangleShape.Unit.AnyHit(new Ray(new(0, 0, 2), Vector3.UnitX)));
        Assert.False(RectangleShape.Unit.AnyHit(new Ray(Vector3.Zero with { Y = 3 }, Vector3.UnitX)));
    }

    [Fact]
    public void Triangles_of_flat_shapes_face_outwards_and_have_the_shapes_area()
    {
        foreach (var (shape, area) in new[] { ((Shape)BoxShape.Unit, 6f), (RectangleShape.Unit, 1f) })
        {
            var faces = shape.Faces!;
            var sum = 0f;
            for (var i = 0; i < faces.TriangleCount; i++)
            {
                var (a, b, c) = faces.Corners(i);
                var normal = faces.AreaNormal(i);
                sum += 0.5f * normal.Length();
                Assert.True(shape.FirstHit(new Ray((a + b + c) / 3 + normal, -normal), out var hit));
                Assert.Equal(1, hit.Distance, 5);
                Assert.Equal(1, Vector3.Dot(Vector3.Normalize(hit.Normal), Vector3.Normalize(normal)), 5);
            }
            Assert.Equal(area, sum, 5);
        }
    }

    [Fact]
    public void A_mesh_is_hit_where_the_analytic_shape_is_and_brings_its_colours()
    {
        var box = BoxShape.Unit.Faces;
        var mesh = new MeshShape(new(box.Positions, box.Triangles, [.. box.Positions.Select(p => p + new Vector3(0.5f))]), isClosed: true);
        var random = new RandomStream(12, "mesh");
        for (var round = 0; round < 500; round++)
        {
            var origin = 1.5f * Point(random);
            var ray = new Ray(origin, 0.6f * Point(random) - origin);
            Assert.Equal(BoxShape.Unit.FirstHit(in ray, out var expected), mesh.FirstHit(in ray, out var hit));
            Assert.Equal(mesh.AnyHit(in ray), BoxShape.Unit.AnyHit(in ray));
            if (expected == default)
                continue;
            Assert.Equal(expected.Distance, hit.Distance, 4);
            Assert.Equal(1, Vector3.Dot(Vector3.Normalize(expected.Normal), Vector3.Normalize(hit.Normal)), 4);
            Assert.True((mesh.ColourAt(hit.Part, hit.U, hit.V)!.Value - ray.At(hit.Distance) - new Vector3(0.5f)).Length() < 1e-4f);
        }
        Assert.Throws<InvalidSettingException>(() => new MeshShape(new([], []), isClosed: false));
    }

    [Fact]
    public void An_upper_diameter_beyond_the_lower_is_refused() => Assert.Throws<InvalidSettingException>(() => new FrustumShape(1.2f));

    // The first distance at which the side is another than at the origin, in small steps; corners cut shallower than a step are missed.
    private static float March(Ray ray, Func<Vector3, float> inside)
    {
        var start = inside(ray.Origin) < 0;
        var length = ray.Direction.Length();
        for (var s = 0f; s < 6; s += 0.01f)
        {
            var value = inside(ray.At(s / length));
            if (MathF.Abs(value) > 2e-5f && value < 0 != start)
                return s / length;
        }
        return float.PositiveInfinity;
    }

    private static void Slope(Shape shape, Func<Vector3, float> inside, Vector3 point, Vector3 normal)
    {
        const float step = 1e-3f;
        Vector3 At(Vector3 offset) => point + step * offset;
        var slope = new Vector3(inside(At(Vector3.UnitX)) - inside(At(-Vector3.UnitX)), inside(At(Vector3.UnitY)) - inside(At(-Vector3.UnitY)), inside(At(Vector3.UnitZ)) - inside(At(-Vector3.UnitZ)));
        // At edges the function has no slope: only where its length is that of a distance is it compared.
        var unit = Vector3.Normalize(normal);
        var isSmooth = MathF.Abs(inside(At(unit)) - step * Vector3.Dot(unit, slope) / (2 * step)) < 1e-5f;
        if (isSmooth && MathF.Abs(slope.Length() / (2 * step) - 1) < 1e-2f)
            Assert.True(Vector3.Dot(Vector3.Normalize(slope), unit) > 0.99f, $"{shape.Kind}: the normal at {point} is {unit}, the slope {slope}");
    }

    private static Vector3 Point(RandomStream random) => new((float)(2 * random.NextDouble() - 1), (float)(2 * random.NextDouble() - 1), (float)(2 * random.NextDouble() - 1));
}
