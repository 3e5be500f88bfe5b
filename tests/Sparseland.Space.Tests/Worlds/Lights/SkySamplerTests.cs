using System.Numerics;
using Sparseland.Chance;
using Sparseland.Space.Images;
using Sparseland.Space.Worlds.Lights;

namespace Sparseland.Space.Tests.Worlds.Lights;

public class SkySamplerTests
{
    public static TheoryData<string> Names() => ["constant", "day", "map", "sun alone"];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_density_sums_to_one_and_drawn_light_to_the_skys_power(string name)
    {
        var sky = name switch
        {
            "constant" => Sky.Constant(Vector3.One),
            "day" => Sky.Day(new(1, 0.3f, 0.5f)) with { SunAngle = 0.5f, SunRadiance = new(10) },
            "sun alone" => new() { SunDirection = new(0, -1, 1), SunAngle = 0.4f, SunRadiance = new(5) },
            _ => new() { Map = new(40, 20, [.. Enumerable.Range(0, 800).Select(i => new Vector3(i % 97 == 0 ? 50 : 0.1f * (i % 7)))]) },
        };
        var sampler = new SkySampler(sky);
        var random = new RandomStream(8, "sky");
        const int count = 100_000;
        var (density, power, drawn) = (0.0, 0.0, 0.0);
        for (var i = 0; i < count; i++)
        {
            var z = 2 * (i + 0.5f) / count - 1;
            var (sine, cosine) = MathF.SinCos((float)(2 * Math.PI * (i * 0.6180339887498949 % 1)));
            var direction = Vector3.Normalize(new Vector3(MathF.Sqrt(1 - z * z) * cosine, MathF.Sqrt(1 - z * z) * sine, z));
            density += sampler.Density(direction) * 4 * Math.PI / count;
            power += sky.Radiance(direction).Y * 4 * Math.PI / count;
            var sample = sampler.Draw((float)random.NextDouble() * 0.9999999f, (float)random.NextDouble());
            Assert.Equal(1, sample.Point.Length(), 5);
            drawn += sample.Radiance.Y / sample.Density / count;
        }
        Assert.InRange(density, 0.98, 1.02);
        Assert.InRange(drawn, 0.98 * power, 1.02 * power);
    }

    [Fact]
    public void Rows_of_a_picture_run_from_the_zenith_and_columns_from_x_over_y()
    {
        var map = new Image<Vector3>(4, 2);
        (map[0, 0], map[1, 1]) = (new(1), new(2));
        var sky = new Sky { Map = map };
        Assert.Equal(1, sky.Radiance(Vector3.Normalize(new(1, 0.5f, 1))).X);
        Assert.Equal(2, sky.Radiance(Vector3.Normalize(new(-0.5f, 1, -1))).X);
        Assert.Equal(0, sky.Radiance(Vector3.Normalize(new(1, -0.5f, 1))).X);
    }
}
