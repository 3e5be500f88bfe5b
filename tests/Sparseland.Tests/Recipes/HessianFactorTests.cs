using Sparseland.Errors;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Tests.Recipes;

public class HessianFactorTests
{
    [Fact]
    public void The_factor_gives_the_inverse_of_every_remaining_Hessian()
    {
        var layer = new SyntheticLayer(rows: 2, columns: 20, tokens: 100, rank: 8);
        var factor = HessianFactor.Compute(layer.Hessian.Matrix, 0.01);
        var mean = Enumerable.Range(0, 20).Average(j => layer.Hessian.Matrix[j, j]);
        for (var first = 0; first < 20; first++)
        {
            // First column of (H_FF)⁻¹, by elimination.
            var n = 20 - first;
            var rest = new double[n, n];
            for (var i = 0; i < n; i++)
                for (var j = 0; j < n; j++)
                    rest[i, j] = layer.Hessian.Matrix[first + i, first + j] + (i == j ? 0.01 * mean : 0);
            var unit = new double[n];
            unit[0] = 1;
            var expected = LinearSystem.Solve(rest, unit);
            for (var j = 0; j < n; j++)
                Assert.Equal(expected[j], factor.Upper.Matrix[first, first] * factor.Upper.Matrix[first, first + j], 1e-12);
        }
    }

    [Fact]
    public void Without_damping_a_rank_deficient_Hessian_gets_a_damping_ten_times_larger_until_it_works()
    {
        var layer = new SyntheticLayer(rows: 2, columns: 40, tokens: 10);
        // Rounding may let a singular matrix pass; subtracting a little makes it certainly indefinite.
        for (var j = 0; j < 40; j++)
            layer.Hessian.Matrix[j, j] -= 1e-3 * layer.Hessian.Matrix[j, j];
        var factor = HessianFactor.Compute(layer.Hessian.Matrix, 0);
        Assert.True(factor.FailedAttempts > 0);
        Assert.True(factor.Damping > 0);
    }

    [Fact]
    public void Dead_channels_are_named_and_a_Hessian_with_NaN_is_refused()
    {
        var layer = new SyntheticLayer(rows: 2, columns: 16, tokens: 64, rank: 4);
        for (var j = 0; j < 16; j++)
            layer.Hessian.Matrix[5, j] = layer.Hessian.Matrix[j, 5] = 0;
        Assert.Equal([5], HessianFactor.Compute(layer.Hessian.Matrix).DeadColumns);
        layer.Hessian.Matrix[2, 2] = double.NaN;
        Assert.Throws<NumericalException>(() => HessianFactor.Compute(layer.Hessian.Matrix));
    }
}
