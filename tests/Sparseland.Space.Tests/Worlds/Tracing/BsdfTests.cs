using System.Numerics;
using Sparseland.Chance;
using Sparseland.Space.Worlds.Materials;
using Sparseland.Space.Worlds.Tracing;

namespace Sparseland.Space.Tests.Worlds.Tracing;

public class BsdfTests
{
    private static readonly Material[] s_materials =
    [
        Material.Matt("matt", Vector3.One),
        new("plastic") { Roughness = 0.4f },
        new("metal") { Metallic = 1, Roughness = 0.6f },
        new("mixed") { Metallic = 0.5f, Roughness = 0.5f, Specular = 1 },
        new("coated") { Clearcoat = 1, Roughness = 0.7f },
        new("frosted glass") { Transmission = 1, Roughness = 0.6f },
        new("half glass") { Transmission = 0.5f, Roughness = 0.7f, RefractiveIndex = 1.8f },
    ];

    public static TheoryData<int, bool, float> Cases()
    {
        var cases = new TheoryData<int, bool, float>();
        for (var i = 0; i < s_materials.Length; i++)
            foreach (var cosine in new[] { 0.95f, 0.4f })
                foreach (var outside in s_materials[i].Transmission > 0 ? new[] { true, false } : [true])
                    cases.Add(i, outside, cosine);
        return cases;
    }

    // The same integral three ways: by evenly spread directions, by drawn directions, and the density's own, which must be one.
    [Theory]
    [MemberData(nameof(Cases))]
    public void Drawing_and_evaluating_agree_and_no_light_is_made(int material, bool outside, float cosine)
    {
        var outgoing = new Vector3(MathF.Sqrt(1 - cosine * cosine), 0, cosine);
        var bsdf = new Bsdf(s_materials[material], new(0.9f), outside, cosine);
        var random = new RandomStream(5, "bsdf", (ulong)material);
        const int count = 200_000;
        var (even, densities, drawn, lost) = (0.0, 0.0, 0.0, 0);
        for (var i = 0; i < count; i++)
        {
            // The coat's lobe is too narrow for even directions; that part is met by more of them around the mirrored direction's pole.
            var z = 2 * (i + 0.5f) / count - 1;
            var (sine, cos) = MathF.SinCos((float)(2 * Math.PI * ((i * 0.6180339887) % 1)));
            var radius = MathF.Sqrt(1 - z * z);
            bsdf.Evaluate(outgoing, new(radius * cos, radius * sine, z), out var scattered, out var density);
            even += scattered.Y * 4 * Math.PI / count;
            densities += density * 4 * Math.PI / count;
            if (bsdf.Draw(outgoing, (float)random.NextDouble() * 0.9999999f, (float)random.NextDouble() * 0.9999999f, (float)random.NextDouble() * 0.9999999f, out _, out var weight, out _))
                drawn += weight.Y / count;
            else
                lost++;
        }
        var name = $"{s_materials[material].Name} {(outside ? "outside" : "inside")} {cosine}";
        if (material != 4)
        {
            Assert.True(Math.Abs(even - drawn) < 0.015 * Math.Max(1, even), $"{name}: {even} by even directions, {drawn} by drawn ones");
            Assert.True(Math.Abs(densities - (1 - (double)lost / count)) < 0.015, $"{name}: the density sums to {densities}, {lost} of {count} drawn directions were lost");
        }
        // Radiance is squeezed where light enters what is denser and spread where it leaves: without that factor nothing is gained.
        var most = outside ? 1 : s_materials[material].RefractiveIndex * s_materials[material].RefractiveIndex;
        Assert.InRange(drawn, 0.2 / 4, most * 1.001);
    }

    [Fact]
    public void Polished_glass_reflects_and_refracts_as_Fresnel_and_Snell_say()
    {
        var cosine = MathF.Cos(0.6f);
        var outgoing = new Vector3(MathF.Sin(0.6f), 0, cosine);
        var bsdf = new Bsdf(new("glass") { Transmission = 1, Roughness = 0, RefractiveIndex = 1.5f }, Vector3.One, fromOutside: true, cosine);
        var random = new RandomStream(6, "glass");
        var reflected = 0;
        for (var i = 0; i < 20_000; i++)
        {
            Assert.True(bsdf.Draw(outgoing, (float)random.NextDouble() * 0.9999999f, (float)random.NextDouble() * 0.9f, (float)random.NextDouble() * 0.9f, out var incoming, out var weight, out _));
            Assert.InRange(incoming.Y, -0.02f, 0.02f);
            if (incoming.Z > 0)
            {
                reflected++;
                Assert.Equal(-outgoing.X, incoming.X, 1);
                Assert.Equal(1, weight.X, 2);
            }
            else
            {
                Assert.Equal(-outgoing.X / 1.5f, incoming.X, 1);
                Assert.Equal(1 / 2.25f, weight.X, 2);
            }
        }
        // Fresnel's equations at 0.6 radians and index 1.5.
        var behind = Math.Cos(Math.Asin(Math.Sin(0.6) / 1.5));
        var (s, p) = ((Math.Cos(0.6) - 1.5 * behind) / (Math.Cos(0.6) + 1.5 * behind), (1.5 * Math.Cos(0.6) - behind) / (1.5 * Math.Cos(0.6) + behind));
        Assert.Equal(0.5 * (s * s + p * p), reflected / 20_000.0, 2);
    }

    [Fact]
    public void Scattering_is_the_same_in_both_directions()
    {
        var random = new RandomStream(7, "reciprocal");
        foreach (var material in s_materials.Where(material => material.Transmission == 0))
        {
            for (var i = 0; i < 100; i++)
            {
                var (a, b) = (Direction(random), Direction(random));
                new Bsdf(material, new(0.7f), true, a.Z).Evaluate(a, b, out var forth, out _);
                new Bsdf(material, new(0.7f), true, b.Z).Evaluate(b, a, out var back, out _);
                Assert.True(MathF.Abs(forth.X / b.Z - back.X / a.Z) < 1e-3f * (1e-3f + forth.X / b.Z), $"{material.Name}: {forth.X / b.Z} and {back.X / a.Z}");
            }
        }
    }

    private static Vector3 Direction(RandomStream random)
    {
        var direction = Vector3.Normalize(new((float)random.NextNormal(), (float)random.NextNormal(), (float)random.NextNormal()));
        return Vector3.Normalize(direction with { Z = MathF.Max(0.05f, MathF.Abs(direction.Z)) });
    }
}
