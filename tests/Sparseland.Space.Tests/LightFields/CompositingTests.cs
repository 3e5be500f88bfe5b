using System.Numerics;
using Sparseland.Chance;
using Sparseland.Space.LightFields;

namespace Sparseland.Space.Tests.LightFields;

public class CompositingTests
{
    private static readonly Vector3 s_background = new(0.2f, 0.9f, 0.4f);

    [Fact]
    public void Weights_and_the_rest_of_the_light_add_up_to_one()
    {
        var (opacities, _, distances) = Samples(1, 7);
        var (colour, distance, rest) = Compositing.Forward(opacities, Enumerable.Repeat(Vector3.One, 7).ToArray(), distances, Vector3.One, new float[7]);
        Assert.Equal(1, colour.X, 5);
        Assert.Equal(opacities.Aggregate(1f, (left, opacity) => left * (1 - opacity)), rest, 6);
        Assert.InRange(distance, distances[0] * (1 - rest), distances[^1] * (1 - rest));
    }

    [Fact]
    public void Opaque_samples_hide_what_lies_behind_and_no_samples_show_the_background()
    {
        Vector3[] colours = [new(0.1f, 0.2f, 0.3f), Vector3.One];
        Assert.Equal((colours[0], 5, 0), Compositing.Forward([1, 0.5f], colours, [5, 6], s_background, new float[2]));
        Assert.Equal((s_background, 0, 1), Compositing.Forward([], [], [], s_background, []));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_gradient_is_that_of_finite_differences_also_beside_opaque_samples(ulong seed)
    {
        var (opacities, colours, distances) = Samples(seed, 6);
        if (seed == 3)
            (opacities[2], opacities[4]) = (1, 0);
        var (colourGradient, distanceGradient) = (new Vector3(0.3f, -1.1f, 0.7f), 0.4f);
        double Loss(float[] opacity, Vector3[] colour)
        {
            // In double, so that differences are exact enough.
            var (sum, left) = (0.0, 1.0);
            for (var k = 0; k < opacity.Length; k++)
            {
                sum += left * opacity[k] * (Dot(colourGradient, colour[k]) + distanceGradient * (double)distances[k]);
                left *= 1 - (double)opacity[k];
            }
            return sum + left * Dot(colourGradient, s_background);
        }
        var transmittances = new float[6];
        var (opacityGradients, colourGradients) = (new float[6], new Vector3[6]);
        Compositing.Forward(opacities, colours, distances, s_background, transmittances);
        Compositing.Backward(opacities, colours, distances, s_background, transmittances, colourGradient, distanceGradient, opacityGradients, colourGradients);
        for (var k = 0; k < 6; k++)
        {
            const float step = 1 / 1024f;
            Assert.Equal((Loss(With(opacities, k, opacities[k] + step), colours) - Loss(With(opacities, k, opacities[k] - step), colours)) / (2 * step), opacityGradients[k], 1e-4);
            for (var channel = 0; channel < 3; channel++)
            {
                var (above, below) = (colours[k], colours[k]);
                (above[channel], below[channel]) = (above[channel] + step, below[channel] - step);
                Assert.Equal((Loss(opacities, With(colours, k, above)) - Loss(opacities, With(colours, k, below))) / ((double)above[channel] - below[channel]), colourGradients[k][channel], 1e-4);
            }
        }
    }

    private static double Dot(Vector3 a, Vector3 b) => (double)a.X * b.X + (double)a.Y * b.Y + (double)a.Z * b.Z;

    private static T[] With<T>(T[] values, int index, T value)
    {
        var copy = (T[])values.Clone();
        copy[index] = value;
        return copy;
    }

    private static (float[] Opacities, Vector3[] Colours, float[] Distances) Samples(ulong seed, int count)
    {
        var chance = new RandomStream(seed, "samples");
        float Next() => (float)chance.NextDouble();
        return ([.. Enumerable.Range(0, count).Select(_ => Next())], [.. Enumerable.Range(0, count).Select(_ => new Vector3(Next(), Next(), Next()))], [.. Enumerable.Range(0, count).Select(k => k + Next())]);
    }
}
