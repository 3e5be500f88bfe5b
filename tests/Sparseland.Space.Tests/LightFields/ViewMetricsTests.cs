using System.Numerics;
using Sparseland.Chance;
using Sparseland.Space.Images;
using Sparseland.Space.LightFields;

namespace Sparseland.Space.Tests.LightFields;

public class ViewMetricsTests
{
    [Fact]
    public void A_shift_of_a_tenth_is_twenty_decibels()
    {
        var truth = Noise(1, 16, 16);
        Assert.Equal(20, ViewMetrics.Psnr(truth.Select(value => value + new Vector3(0.1f)), truth), 4);
        Assert.Equal(double.PositiveInfinity, ViewMetrics.Psnr(truth, truth));
    }

    [Fact]
    public void Similarity_is_one_for_equal_pictures_and_that_of_a_plain_sum_over_the_window_otherwise()
    {
        var (x, y) = (Noise(2, 11, 11), Noise(3, 11, 11));
        Assert.Equal(1, ViewMetrics.Ssim(x, x), 6);
        double[] kernel = [.. Enumerable.Range(0, 121).Select(i => Math.Exp(-(Math.Pow(i % 11 - 5, 2) + Math.Pow(i / 11 - 5, 2)) / (2 * 1.5 * 1.5)))];
        var total = kernel.Sum();
        var expected = 0.0;
        for (var channel = 0; channel < 3; channel++)
        {
            double Mean(Func<int, double> value) => Enumerable.Range(0, 121).Sum(i => kernel[i] / total * value(i));
            var (mx, my) = (Mean(i => x.Pixels[i][channel]), Mean(i => y.Pixels[i][channel]));
            var (vx, vy, covariance) = (Mean(i => Math.Pow(x.Pixels[i][channel] - mx, 2)), Mean(i => Math.Pow(y.Pixels[i][channel] - my, 2)), Mean(i => (x.Pixels[i][channel] - mx) * (y.Pixels[i][channel] - my)));
            expected += (2 * mx * my + 1e-4) * (2 * covariance + 9e-4) / ((mx * mx + my * my + 1e-4) * (vx + vy + 9e-4)) / 3;
        }
        Assert.Equal(expected, ViewMetrics.Ssim(x, y), 5);
        Assert.InRange(ViewMetrics.Ssim(Noise(4, 30, 20), Noise(5, 30, 20)), -0.5, 0.5);
    }

    [Fact]
    public void Depth_errors_count_where_the_truth_is_finite_and_misses_as_the_scene_s_size()
    {
        var truth = new Image<float>(2, 2, [1, 2, 3, float.PositiveInfinity]);
        var drawn = new Image<float>(2, 2, [1.5f, 2, float.PositiveInfinity, 7]);
        Assert.Equal((0.5 + 0 + 4) / 3, ViewMetrics.DepthError(drawn, truth, 4), 6);
    }

    private static Image<Vector3> Noise(ulong seed, int width, int height)
    {
        var chance = new RandomStream(seed, "noise");
        return new Image<Vector3>(width, height).Select(_ => new Vector3((float)chance.NextDouble(), (float)chance.NextDouble(), (float)chance.NextDouble()));
    }
}
