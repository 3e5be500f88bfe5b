using Sparseland.Coding;
using Sparseland.Errors;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Tests.Coding;

public class OrthogonalMatchingPursuitTests
{
    [Fact]
    public void On_an_orthonormal_dictionary_the_largest_correlations_are_kept()
    {
        var dictionary = CodingData.Orthonormal(37, 40);
        var signals = CodingData.Normal(50, 40);
        var codes = OrthogonalMatchingPursuit.Encode(dictionary.Matrix, signals.Matrix, 5);
        for (var signal = 0; signal < 50; signal++)
        {
            var correlations = Enumerable.Range(0, 37).Select(a => TensorPrimitives.Dot<double>(dictionary.Matrix.Row(a), signals.Matrix.Row(signal))).ToArray();
            var expected = Enumerable.Range(0, 37).OrderByDescending(a => Math.Abs(correlations[a])).Take(5).Order().ToArray();
            Assert.Equal(expected, codes.IndicesOf(signal).ToArray());
            for (var i = 0; i < 5; i++)
                Assert.Equal(correlations[expected[i]], codes.ValuesOf(signal)[i], 1e-12);
        }
    }

    [Fact]
    public void The_residual_is_orthogonal_to_the_chosen_atoms_and_never_beats_brute_force()
    {
        var dictionary = CodingData.UnitRows(10, 6);
        var signals = CodingData.Normal(40, 6);
        foreach (var perSignal in (int[])[1, 2])
        {
            var codes = OrthogonalMatchingPursuit.Encode(dictionary.Matrix, signals.Matrix, perSignal);
            var residual = CodingData.Residual(dictionary, signals, codes);
            for (var signal = 0; signal < 40; signal++)
            {
                foreach (var atom in codes.IndicesOf(signal))
                    Assert.Equal(0, TensorPrimitives.Dot<double>(dictionary.Matrix.Row(atom), residual.Matrix.Row(signal)), 1e-10);
                var optimum = perSignal == 1 ? BestOne(dictionary, signals.Matrix.Row(signal)) : BestTwo(dictionary, signals.Matrix.Row(signal));
                var found = TensorPrimitives.SumOfSquares<double>(residual.Matrix.Row(signal));
                Assert.True(found >= optimum - 1e-10, $"{found} below the optimum {optimum}");
                if (perSignal == 1)
                    Assert.Equal(optimum, found, 1e-10);
            }
        }
    }

    [Fact]
    public void Signals_sparser_than_the_coherence_bound_are_recovered_exactly()
    {
        // The unit vectors and the normalised Hadamard rows of 64 dimensions have the coherence 1/8: exact below (1 + 8) / 2 atoms.
        var dictionary = new Tensor<double>(new Shape(128, 64));
        for (var i = 0; i < 64; i++)
        {
            dictionary.Matrix[i, i] = 1;
            for (var j = 0; j < 64; j++)
                dictionary.Matrix[64 + i, j] = (System.Numerics.BitOperations.PopCount((uint)(i & j)) % 2 == 0 ? 1 : -1) / 8.0;
        }
        foreach (var perSignal in (int[])[1, 2, 3, 4])
        {
            var signals = CodingData.Planted(dictionary, 100, perSignal);
            var codes = OrthogonalMatchingPursuit.Encode(dictionary.Matrix, signals.Matrix, perSignal);
            Assert.Equal(0, TensorPrimitives.Norm<double>(CodingData.Residual(dictionary, signals, codes).Span), 1e-9);
        }
    }

    [Fact]
    public void Dependent_atoms_are_passed_over_and_free_places_hold_zeros()
    {
        var dictionary = CodingData.UnitRows(12, 5);
        for (var atom = 6; atom < 12; atom++)
            dictionary.Matrix.Row(atom - 6).CopyTo(dictionary.Matrix.Row(atom));
        var signals = CodingData.Normal(30, 5);
        signals.Matrix.Row(3).Clear();
        var codes = OrthogonalMatchingPursuit.Encode(dictionary.Matrix, signals.Matrix, 8);
        Assert.Equal(0, TensorPrimitives.Norm<double>(CodingData.Residual(dictionary, signals, codes).Span), 1e-8);
        for (var signal = 0; signal < 30; signal++)
        {
            var indices = codes.IndicesOf(signal).ToArray();
            Assert.Equal(indices.Distinct().Order(), indices);
            Assert.True(codes.ValuesOf(signal).ToArray().Count(value => value != 0) <= 5);
        }
        Assert.All(codes.ValuesOf(3).ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void The_codes_do_not_depend_on_the_number_of_threads()
    {
        var dictionary = CodingData.UnitRows(90, 40);
        var signals = CodingData.Normal(203, 40);
        var before = WorkerPool.ThreadCount;
        try
        {
            WorkerPool.ThreadCount = 1;
            var one = OrthogonalMatchingPursuit.Encode(dictionary.Matrix, signals.Matrix, 17);
            WorkerPool.ThreadCount = 3;
            var three = OrthogonalMatchingPursuit.Encode(dictionary.Matrix, signals.Matrix, 17);
            Assert.Equal(one.Indices, three.Indices);
            Assert.Equal(one.Values, three.Values);
        }
        finally
        {
            WorkerPool.ThreadCount = before;
        }
    }

    [Fact]
    public void A_signal_that_is_not_finite_is_named()
    {
        var signals = CodingData.Normal(5, 4);
        signals.Matrix[3, 1] = double.NaN;
        var dictionary = CodingData.UnitRows(6, 4);
        Assert.Contains("signal 3", Assert.Throws<NumericalException>(() => OrthogonalMatchingPursuit.Encode(dictionary.Matrix, signals.Matrix, 2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => OrthogonalMatchingPursuit.Encode(dictionary.Matrix, signals.Matrix, 7));
    }

    private static double BestOne(Tensor<double> dictionary, ReadOnlySpan<double> signal)
    {
        var best = double.MaxValue;
        for (var atom = 0; atom < dictionary.Shape.Rows; atom++)
        {
            var dot = TensorPrimitives.Dot<double>(dictionary.Matrix.Row(atom), signal);
            best = Math.Min(best, TensorPrimitives.SumOfSquares(signal) - dot * dot);
        }
        return best;
    }

    private static double BestTwo(Tensor<double> dictionary, ReadOnlySpan<double> signal)
    {
        var best = double.MaxValue;
        for (var first = 0; first < dictionary.Shape.Rows; first++)
        {
            for (var second = first + 1; second < dictionary.Shape.Rows; second++)
            {
                var (a, b) = (TensorPrimitives.Dot<double>(dictionary.Matrix.Row(first), signal), TensorPrimitives.Dot<double>(dictionary.Matrix.Row(second), signal));
                var g = TensorPrimitives.Dot<double>(dictionary.Matrix.Row(first), dictionary.Matrix.Row(second));
                // The energy explained by both: [a b] [1 g; g 1]⁻¹ [a b]ᵀ.
                best = Math.Min(best, TensorPrimitives.SumOfSquares(signal) - (a * a - 2 * g * a * b + b * b) / (1 - g * g));
            }
        }
        return best;
    }
}
