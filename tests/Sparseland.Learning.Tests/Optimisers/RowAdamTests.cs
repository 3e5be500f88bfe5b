using Sparseland.Chance;
using Sparseland.Learning.Optimisers;

namespace Sparseland.Learning.Tests.Optimisers;

public class RowAdamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(8)]
    public void Rows_move_as_the_paper_says_and_moments_fade_over_the_steps_between(int width)
    {
        var options = new RowAdamOptions(0.9f, 0.99f, 1e-8f);
        var adam = new RowAdam(3, width, options);
        var chance = new RandomStream(1, "gradients");
        var values = new float[3 * width];
        var (expected, means, squares) = (new double[3 * width], new double[3 * width], new double[3 * width]);
        for (var step = 1; step <= 40; step++)
        {
            for (var row = 0; row < 3; row++)
            {
                var touched = row == 0 || step % (3 * row) == 0;
                var gradient = new float[width];
                if (touched)
                    chance.FillNormal(gradient);
                for (var i = 0; i < width; i++)
                {
                    var at = row * width + i;
                    means[at] = 0.9 * means[at] + 0.1 * gradient[i];
                    squares[at] = 0.99 * squares[at] + 0.01 * gradient[i] * (double)gradient[i];
                    if (touched)
                        expected[at] -= 0.05 * (means[at] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(squares[at] / (1 - Math.Pow(0.99, step))) + 1e-8);
                }
                if (touched)
                    adam.Update(row, step, 0.05f, values.AsSpan(row * width, width), gradient);
            }
        }
        for (var at = 0; at < values.Length; at++)
            Assert.Equal(expected[at], values[at], 1e-4);
        Assert.Equal([40, 39, 36], adam.LastSteps);
    }

    [Fact]
    public void Gathered_rows_keep_their_moments()
    {
        var adam = new RowAdam(4, 2);
        for (var row = 0; row < 4; row++)
            adam.Update(row, row + 1, 0.1f, new float[2], [row, -row]);
        var gathered = adam.Gather([3, 1]);
        Assert.Equal([4, 2], gathered.LastSteps);
        Assert.Equal([.. adam.Moments[12..16], .. adam.Moments[4..8]], gathered.Moments);
        Assert.Throws<ArgumentOutOfRangeException>(() => adam.Update(3, 2, 0.1f, new float[2], new float[2]));
    }
}
