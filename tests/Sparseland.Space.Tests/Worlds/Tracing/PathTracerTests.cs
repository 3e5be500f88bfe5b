using System.Numerics;
using System.Runtime.InteropServices;
using Sparseland.Errors;
using Sparseland.Space.Cameras;
using Sparseland.Space.Images;
using Sparseland.Space.Worlds;
using Sparseland.Space.Worlds.Lights;
using Sparseland.Space.Worlds.Materials;
using Sparseland.Space.Worlds.Shapes;
using Sparseland.Space.Worlds.Tracing;
using Sparseland.Threads;

namespace Sparseland.Space.Tests.Worlds.Tracing;

public class PathTracerTests
{
    private static readonly PinholeCamera s_camera = PinholeCamera.LookAt(16, 16, 0.5f, new(0, -5, 0), Vector3.Zero, Vector3.UnitZ);

    [Theory]
    [InlineData(LightSampling.Both)]
    [InlineData(LightSampling.Scattering)]
    public void A_white_matt_sphere_in_a_white_sky_cannot_be_seen(LightSampling sampling)
    {
        var scene = Sphere(Material.Matt("white", Vector3.One), Sky.Constant(Vector3.One));
        var view = new PathTracer(scene).Render(s_camera, new() { SamplesPerPixel = 64, LightSampling = sampling }).View;
        Assert.Equal(1, Mean(view.Colour, view.IsCovered).X, 2);
        Assert.All(view.Colour.Pixels, pixel => Assert.InRange(pixel.Y, 0.9f, 1.1f));
    }

    [Fact]
    public void A_matt_sphere_under_a_constant_light_has_its_albedo_times_the_light()
    {
        var scene = Sphere(Material.Matt("orange", new(0.8f, 0.4f, 0.1f)), Sky.Constant(new(2, 3, 4)));
        var view = new PathTracer(scene).Render(s_camera, new() { SamplesPerPixel = 64, ShowsBackground = false }).View;
        var mean = Mean(view.Colour, view.IsCovered);
        Assert.True((mean - new Vector3(1.6f, 1.2f, 0.4f)).Length() < 0.01f, $"{mean}");
    }

    [Theory]
    [InlineData(0.5f)]
    [InlineData(0.8f)]
    [InlineData(1f)]
    public void A_white_metal_sphere_loses_what_the_table_of_directional_albedo_says(float roughness)
    {
        var scene = Sphere(new("metal") { Colour = new SolidTexture(Vector3.One), Metallic = 1, Roughness = roughness }, Sky.Constant(Vector3.One));
        var view = new PathTracer(scene).Render(s_camera, new() { SamplesPerPixel = 128, ShowsBackground = false }).View;
        var table = DirectionalAlbedo.Table(roughness * roughness);
        var (sum, expected, count) = (0.0, 0.0, 0);
        for (var row = 4; row < 12; row++)
        {
            for (var column = 4; column < 12; column++)
            {
                var cosine = -Vector3.Dot(s_camera.RayThrough(column, row).Direction, view.Normals![column, row]);
                sum += view.Colour[column, row].X;
                expected += DirectionalAlbedo.Read(table, cosine);
                count++;
            }
        }
        Assert.InRange(sum / count, 0.99 * expected / count, 1.01 * expected / count);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.3f)]
    public void A_clear_glass_sphere_in_a_white_sky_loses_nothing_that_its_facets_do_not_shadow(float roughness)
    {
        var scene = Sphere(new("glass") { Colour = new SolidTexture(Vector3.One), Transmission = 1, Roughness = roughness }, Sky.Constant(Vector3.One));
        var view = new PathTracer(scene).Render(s_camera, new() { SamplesPerPixel = 256, MaximumDepth = 60, LightSampling = LightSampling.Scattering }).View;
        Assert.InRange(Mean(view.Colour, view.IsCovered).X, roughness == 0 ? 0.99f : 0.9f, 1.01f);
    }

    [Fact]
    public void A_matt_floor_below_a_rectangle_gets_the_light_of_its_form_factor()
    {
        // Howell's catalogue B-3, for a quarter: an element under the corner of a parallel rectangle of sides a, b at height c.
        var light = new Instance(RectangleShape.Unit, Matrix4x4.CreateScale(2, 1, 1) * Matrix4x4.CreateRotationX(MathF.PI) * Matrix4x4.CreateTranslation(0, 0, 1.5f), Emitter(new(7)), 2);
        var floor = new Instance(RectangleShape.Unit, Matrix4x4.CreateScale(50), Material.Matt("grey", new(0.6f)), 1);
        var (x, y) = (1 / 1.5, 0.5 / 1.5);
        var corner = (x / Math.Sqrt(1 + x * x) * Math.Atan(y / Math.Sqrt(1 + x * x)) + y / Math.Sqrt(1 + y * y) * Math.Atan(x / Math.Sqrt(1 + y * y))) / (2 * Math.PI);
        var expected = 0.6 * 7 * 4 * corner;
        var camera = PinholeCamera.LookAt(3, 3, 0.002f, new(0, -4, 1), Vector3.Zero, Vector3.UnitZ);
        foreach (var sampling in Enum.GetValues<LightSampling>())
        {
            var view = new PathTracer(new("light", [floor, light], Sky.Dark)).Render(camera, new() { SamplesPerPixel = 8000, MaximumDepth = 1, LightSampling = sampling });
            var mean = Mean(view.View.Colour, (_, _) => true).X;
            Assert.True(Math.Abs(mean - expected) < 0.02 * expected, $"{sampling}: {mean} instead of {expected}");
        }
    }

    [Fact]
    public void Drawing_lights_scattering_and_both_together_expect_the_same_light()
    {
        var scene = Still();
        var camera = PinholeCamera.LookAt(12, 12, 0.8f, new(0, -6, 2.5f), new(0, 0, 0.6f), Vector3.UnitZ);
        var means = Enum.GetValues<LightSampling>().Select(sampling =>
            Mean(new PathTracer(scene).Render(camera, new() { SamplesPerPixel = 900, LightSampling = sampling }).View.Colour, (_, _) => true)).ToArray();
        for (var i = 1; i < 3; i++)
            Assert.True((means[i] - means[0]).Length() < 0.02f * means[0].Length(), $"{string.Join(", ", means)}");
    }

    [Fact]
    public void Depth_is_the_analytic_distance_along_the_ray_and_its_axial_part()
    {
        var scene = Sphere(Material.Matt("white", Vector3.One), Sky.Constant(Vector3.One));
        var rendered = new PathTracer(scene).Render(s_camera, new() { SamplesPerPixel = 1 });
        for (var row = 0; row < 16; row++)
        {
            for (var column = 0; column < 16; column++)
            {
                var ray = s_camera.RayThrough(column, row);
                var b = Vector3.Dot(ray.Origin, ray.Direction);
                var discriminant = (double)b * b - ray.Origin.LengthSquared() + 1;
                var depth = rendered.View.Depth![column, row];
                Assert.Equal(discriminant >= 0, float.IsFinite(depth));
                if (discriminant < 1e-3)
                    continue;
                Assert.InRange(depth - (-b - Math.Sqrt(discriminant)), -1e-4, 1e-4);
                var seen = s_camera.Project(ray.At(depth));
                Assert.InRange(new Vector2(seen.X - column, seen.Y - row).Length(), 0, 1e-3f);
                Assert.InRange(seen.Z - rendered.AxialDepth[column, row], -1e-4f, 1e-4f);
                Assert.Equal(3, rendered.View.Instances![column, row]);
                Assert.True((rendered.View.Normals![column, row] - ray.At(depth)).Length() < 1e-4f);
            }
        }
    }

    [Fact]
    public void The_bytes_do_not_depend_on_the_number_of_threads()
    {
        var threads = WorkerPool.ThreadCount;
        try
        {
            var pictures = new[] { 1, 2, 3 }.Select(count =>
            {
                WorkerPool.ThreadCount = count;
                return new PathTracer(Still()).Render(PinholeCamera.LookAt(50, 33, 0.8f, new(0, -6, 2.5f), default, Vector3.UnitZ), new() { SamplesPerPixel = 4, Seed = 9 });
            }).ToArray();
            foreach (var other in pictures[1..])
            {
                Assert.True(MemoryMarshal.AsBytes(pictures[0].View.Colour.Pixels.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(other.View.Colour.Pixels.AsSpan())));
                Assert.Equal(pictures[0].View.Depth!.Pixels, other.View.Depth!.Pixels);
                Assert.Equal(pictures[0].PathVertices, other.PathVertices);
            }
            var reseeded = new PathTracer(Still()).Render(pictures[0].View.Camera, new() { SamplesPerPixel = 4, Seed = 10 });
            Assert.NotEqual(pictures[0].View.Colour.Pixels, reseeded.View.Colour.Pixels);
        }
        finally
        {
            WorkerPool.ThreadCount = threads;
        }
    }

    [Fact]
    public void Without_a_background_the_opacity_is_the_share_of_the_pixel_that_is_covered()
    {
        var scene = Sphere(Material.Matt("white", Vector3.One), Sky.Constant(Vector3.One));
        var view = new PathTracer(scene).Render(s_camera, new() { SamplesPerPixel = 64, ShowsBackground = false }).View;
        Assert.Equal((0f, 1f), (view.Alpha![0, 0], view.Alpha[8, 8]));
        // The disc of a sphere of radius 1 at distance 5, in pixels.
        var radius = s_camera.FocalX * Math.Tan(Math.Asin(0.2));
        Assert.InRange(view.Alpha.Pixels.Sum(), 0.99 * Math.PI * radius * radius, 1.01 * Math.PI * radius * radius);
    }

    [Fact]
    public void A_scene_without_light_is_refused_and_impossible_settings_too()
    {
        var dark = Sphere(Material.Matt("white", Vector3.One), Sky.Dark);
        Assert.Contains("no light", Assert.Throws<InvalidSettingException>(() => new PathTracer(dark)).Message, StringComparison.Ordinal);
        var tracer = new PathTracer(Still());
        Assert.Throws<InvalidSettingException>(() => tracer.Render(s_camera, new() { SamplesPerPixel = 0 }));
        Assert.Throws<OperationCanceledException>(() => tracer.Render(s_camera, cancellation: new(canceled: true)));
    }

    private static Scene Sphere(Material material, Sky sky) => new("sphere", [new(SphereShape.Unit, Matrix4x4.CreateScale(2), material, 3)], sky);

    private static Material Emitter(Vector3 radiance) => Material.Matt("lamp", Vector3.Zero) with { Emission = radiance };

    private static Scene Still() => new("still",
    [
        new(BoxShape.Unit, Matrix4x4.CreateScale(10, 10, 0.2f) * Matrix4x4.CreateTranslation(0, 0, -0.1f), new("floor") { Colour = new CheckerTexture(new(0.8f), new(0.2f), 1), Roughness = 0.6f }, 1),
        new(SphereShape.Unit, Matrix4x4.CreateScale(1.6f) * Matrix4x4.CreateTranslation(-1, 0, 0.8f), new("metal") { Colour = new SolidTexture(new(0.9f, 0.7f, 0.3f)), Metallic = 1, Roughness = 0.5f }, 2),
        new(FrustumShape.Cone, Matrix4x4.CreateTranslation(1, 0.3f, 0.5f), new("coated") { Colour = new SolidTexture(new(0.2f, 0.3f, 0.8f)), Clearcoat = 0.5f }, 3),
        new(RectangleShape.Unit, Matrix4x4.CreateScale(3) * Matrix4x4.CreateRotationX(MathF.PI) * Matrix4x4.CreateTranslation(0, 0, 4), Emitter(new(3, 3, 2)), 4),
    ], new() { Zenith = new(0.3f, 0.4f, 0.6f), Horizon = new(0.6f), Ground = new(0.1f), SunDirection = new(1, -1, 2), SunAngle = 0.6f, SunRadiance = new(4) });

    private static Vector3 Mean(Image<Vector3> image, Func<int, int, bool> counts)
    {
        var (sum, count) = (Vector3.Zero, 0);
        for (var row = 0; row < image.Height; row++)
        {
            for (var column = 0; column < image.Width; column++)
            {
                if (!counts(column, row))
                    continue;
                sum += image[column, row];
                count++;
            }
        }
        return sum / count;
    }
}
