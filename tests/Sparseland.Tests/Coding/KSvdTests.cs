using Sparseland.Coding;
using Sparseland.Progress;
using Sparseland.Tensors;

namespace Sparseland.Tests.Coding;

public class KSvdTests
{
    [Fact]
    public void Most_atoms_of_a_planted_dictionary_are_found_again()
    {
        var planted = CodingData.UnitRows(30, 20, "planted atoms");
        var signals = CodingData.Planted(planted, 600, 3);
        var learned = KSvd.Fit(signals.Matrix, 30, 3, new KSvdOptions { Iterations = 30 });
        var found = 0;
        for (var atom = 0; atom < 30; atom++)
            for (var other = 0; other < 30; other++)
                if (Math.Abs(TensorPrimitives.Dot<double>(planted.Matrix.Row(atom), learned.Dictionary.Matrix.Row(other))) > 0.99)
                {
                    found++;
                    break;
                }
        Assert.True(found >= 21, $"{found} of 30 atoms");
    }

    [Fact]
    public void Renewing_an_atom_never_raises_the_error_and_keeps_the_residual_up_to_date()
    {
        var signals = CodingData.Normal(80, 16);
        var dictionary = CodingData.UnitRows(24, 16);
        var codes = OrthogonalMatchingPursuit.Encode(dictionary.Matrix, signals.Matrix, 4);
        var residual = CodingData.Residual(dictionary, signals, codes);
        var sweep = new AtomSweep(dictionary.Matrix, codes, residual.Matrix, 8);
        var error = TensorPrimitives.SumOfSquares<double>(residual.Span);
        for (var atom = 0; atom < 24; atom++)
        {
            sweep.Update(atom);
            var expected = CodingData.Residual(dictionary, signals, codes);
            for (var i = 0; i < expected.Span.Length; i++)
                Assert.Equal(expected.Span[i], residual.Span[i], 1e-12);
            var renewed = TensorPrimitives.SumOfSquares<double>(residual.Span);
            Assert.True(renewed <= error + 1e-12, $"atom {atom}: {error} became {renewed}");
            Assert.Equal(1, TensorPrimitives.Norm<double>(dictionary.Matrix.Row(atom)), 1e-12);
            error = renewed;
        }
    }

    [Fact]
    public void With_as_many_atoms_per_signal_as_dimensions_nothing_is_lost()
    {
        var signals = CodingData.Normal(40, 12);
        var learned = KSvd.Fit(signals.Matrix, 16, 16, new KSvdOptions { Iterations = 2 });
        Assert.True(learned.SquaredError < 1e-16, $"{learned.SquaredError}");
    }

    [Fact]
    public void With_an_atom_for_every_signal_one_of_them_suffices()
    {
        var signals = CodingData.Normal(40, 12);
        var learned = KSvd.Fit(signals.Matrix, 40, 1, new KSvdOptions { Iterations = 1 });
        Assert.True(learned.SquaredError < 1e-20, $"{learned.SquaredError}");
    }

    [Fact]
    public void The_error_told_is_that_of_the_result_and_more_iterations_are_never_worse()
    {
        var signals = CodingData.Normal(100, 16);
        var before = double.MaxValue;
        foreach (var iterations in (int[])[1, 3, 8])
        {
            var learned = KSvd.Fit(signals.Matrix, 20, 4, new KSvdOptions { Iterations = iterations, Seed = 3 });
            var residual = CodingData.Residual(learned.Dictionary, signals, learned.Codes);
            Assert.Equal(TensorPrimitives.SumOfSquares<double>(residual.Span), learned.SquaredError, 1e-9);
            Assert.True(learned.SquaredError <= before);
            before = learned.SquaredError;
        }
    }

    [Fact]
    public void Duplicate_and_empty_signals_and_more_atoms_than_signals_do_no_harm()
    {
        var signals = CodingData.Normal(20, 8);
        for (var row = 10; row < 19; row++)
            signals.Matrix.Row(row - 10).CopyTo(signals.Matrix.Row(row));
        signals.Matrix.Row(19).Clear();
        var learned = KSvd.Fit(signals.Matrix, 30, 2, new KSvdOptions { Iterations = 4 });
        Assert.True(learned.SquaredError < 1e-3, $"{learned.SquaredError}");
        foreach (var value in learned.Dictionary.Span)
            Assert.True(double.IsFinite(value));
    }

    [Fact]
    public void A_dictionary_learned_from_a_sample_codes_all_signals()
    {
        var planted = CodingData.UnitRows(12, 16, "planted atoms");
        var signals = CodingData.Planted(planted, 300, 2);
        var all = KSvd.Fit(signals.Matrix, 16, 2, new KSvdOptions { Iterations = 6 });
        var sampled = KSvd.Fit(signals.Matrix, 16, 2, new KSvdOptions { Iterations = 6, Sample = 100 });
        Assert.Equal(300, sampled.Codes.Signals);
        Assert.Equal(TensorPrimitives.SumOfSquares<double>(CodingData.Residual(sampled.Dictionary, signals, sampled.Codes).Span), sampled.SquaredError, 1e-9);
        Assert.True(sampled.SquaredError < 0.5 * TensorPrimitives.SumOfSquares<double>(signals.Span));
        Assert.Equal(all.SquaredError, KSvd.Fit(signals.Matrix, 16, 2, new KSvdOptions { Iterations = 6, Sample = 300 }).SquaredError);
    }

    [Fact]
    public void The_operations_announced_are_those_of_the_specification()
    {
        // 704 signals of 256 dimensions, 192 atoms, 96 of them in each: 1.25 billion for a pass of pursuit and about 0.6 for the atoms.
        var one = KSvd.Operations(704, 256, 192, 96, new KSvdOptions { Iterations = 2 }) - KSvd.Operations(704, 256, 192, 96, new KSvdOptions { Iterations = 1 });
        Assert.InRange(one, 1.8e9, 2.1e9);
        Assert.True(KSvd.Operations(704, 256, 192, 96, new KSvdOptions { Sample = 100 }) < 0.2 * KSvd.Operations(704, 256, 192, 96));
    }

    [Fact]
    public void It_tells_its_progress_and_can_be_stopped()
    {
        var signals = CodingData.Normal(30, 8);
        using var stop = new CancellationTokenSource();
        var seen = new Recorder(report =>
        {
            if (report.Done == 2)
                stop.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => KSvd.Fit(signals.Matrix, 8, 2, new KSvdOptions { Iterations = 10 }, seen, stop.Token));
        Assert.Equal(2, seen.Count);
    }

    private sealed class Recorder(Action<ProgressReport> action) : IProgress<ProgressReport>
    {
        public int Count { get; private set; }

        public void Report(ProgressReport value)
        {
            Count++;
            action(value);
        }
    }
}
