using Sparseland.Chance;
using Sparseland.Progress;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Coding;

/// <summary>
/// Learns a dictionary in which every signal is a sum of few atoms (K-SVD: Aharon, Elad and Bruckstein 2006): signals are coded by orthogonal matching pursuit,
/// then every atom is renewed together with its coefficients, and so on. Renewing atoms never raises the error, but coding anew can, so the best state seen is the result.
/// </summary>
public static class KSvd
{
    // Atoms beyond the number of signals are signals again, with noise of this share of their norm.
    private const double RepeatNoise = 0.01;

    private const int AtomsPerCheck = 32;

    /// <summary>Learns from the rows of a matrix. The same for any number of threads.</summary>
    /// <param name="signals">Y [signals, dimensions], finite. Signals are not normalised: the error is absolute.</param>
    /// <param name="atoms">Atoms k of the dictionary, at least 1.</param>
    /// <param name="perSignal">Atoms s that a signal is made of, 1 to <paramref name="atoms"/>.</param>
    /// <param name="options">Iterations and seed; the defaults when null.</param>
    /// <param name="progress">One message per iteration.</param>
    /// <param name="cancellation">Looked at several times per iteration.</param>
    /// <exception cref="Errors.NumericalException">A signal is not finite.</exception>
    public static LearnedDictionary Fit(MatrixView<double> signals, int atoms, int perSignal, KSvdOptions? options = null,
        IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new KSvdOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(signals.Rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(signals.Columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(atoms, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Iterations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PowerIterations, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Sample, nameof(options));
        if (options.Sample == 0 || options.Sample >= signals.Rows)
            return Learn(signals, atoms, perSignal, options, progress, cancellation);
        var sampled = Learn(Sample(signals, options).Matrix, atoms, perSignal, options, progress, cancellation);
        var residual = Tensor<double>.Uninitialized(new Shape(signals.Rows, signals.Columns));
        return Code(signals, sampled.Dictionary, perSignal, residual);
    }

    /// <summary>About how many floating-point operations a fit takes: what pursuit, correlations and the renewal of atoms cost, iteration by iteration.</summary>
    /// <param name="signals">Signals n.</param>
    /// <param name="dimensions">Dimensions d of a signal.</param>
    /// <param name="atoms">Atoms k.</param>
    /// <param name="perSignal">Atoms s of a signal.</param>
    /// <param name="options">Iterations and sample; the defaults when null.</param>
    public static double Operations(int signals, int dimensions, int atoms, int perSignal, KSvdOptions? options = null)
    {
        options ??= new KSvdOptions();
        double learned = options.Sample == 0 ? signals : Math.Min(signals, options.Sample);
        double pursuit = (double)perSignal * perSignal * atoms + 2.0 * dimensions * atoms;
        var renewal = 4.0 * perSignal * dimensions * (options.PowerIterations + 1);
        return options.Iterations * (learned * (pursuit + renewal) + 2.0 * dimensions * atoms * atoms) + signals * pursuit;
    }

    private static LearnedDictionary Learn(MatrixView<double> signals, int atoms, int perSignal, KSvdOptions options, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var dictionary = FirstAtoms(signals, atoms, options.Seed);
        var residual = Tensor<double>.Uninitialized(new Shape(signals.Rows, signals.Columns));
        LearnedDictionary? best = null;
        for (var iteration = 0; iteration < options.Iterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            var codes = OrthogonalMatchingPursuit.Encode(dictionary.Matrix, signals, perSignal);
            Residual(signals, dictionary.Matrix, codes, residual.Matrix);
            var coded = Energy(residual.Matrix);
            if (best is null || coded < best.SquaredError)
                best = new LearnedDictionary(dictionary.Copy(), codes.Copy(), coded);
            Sweep(dictionary.Matrix, codes, residual.Matrix, options.PowerIterations, cancellation);
            // Summed anew: a residual that was only kept up to date has gathered rounding.
            Residual(signals, dictionary.Matrix, codes, residual.Matrix);
            var error = Energy(residual.Matrix);
            if (error < best.SquaredError)
                best = new LearnedDictionary(dictionary.Copy(), codes, error);
            progress?.Report(new ProgressReport("learning a dictionary", iteration + 1, options.Iterations, FormattableString.Invariant($"squared error {best.SquaredError:G5}")));
        }
        var last = Code(signals, dictionary, perSignal, residual);
        return last.SquaredError < best!.SquaredError ? last : best;
    }

    private static LearnedDictionary Code(MatrixView<double> signals, Tensor<double> dictionary, int perSignal, Tensor<double> residual)
    {
        var codes = OrthogonalMatchingPursuit.Encode(dictionary.Matrix, signals, perSignal);
        Residual(signals, dictionary.Matrix, codes, residual.Matrix);
        return new LearnedDictionary(dictionary, codes, Energy(residual.Matrix));
    }

    private static Tensor<double> Sample(MatrixView<double> signals, KSvdOptions options)
    {
        var order = Enumerable.Range(0, signals.Rows).ToArray();
        new RandomStream(options.Seed, "dictionary sample").Shuffle(order.AsSpan());
        var sample = Tensor<double>.Uninitialized(new Shape(options.Sample, signals.Columns));
        for (var row = 0; row < options.Sample; row++)
            signals.Row(order[row]).CopyTo(sample.Matrix.Row(row));
        signals.KeepAlive();
        return sample;
    }

    /// <summary>Y − S D.</summary>
    internal static void Residual(MatrixView<double> signals, MatrixView<double> dictionary, SparseCodes codes, MatrixView<double> destination) =>
        WorkerPool.Run((signals.Rows + ResidualWork.SignalsPerPart - 1) / ResidualWork.SignalsPerPart, new ResidualWork(signals, dictionary, codes, destination));

    private static void Sweep(MatrixView<double> dictionary, SparseCodes codes, MatrixView<double> residual, int powerIterations, CancellationToken cancellation)
    {
        var sweep = new AtomSweep(dictionary, codes, residual, powerIterations);
        for (var atom = 0; atom < codes.Atoms; atom++)
        {
            if (atom % AtomsPerCheck == 0)
                cancellation.ThrowIfCancellationRequested();
            sweep.Update(atom);
        }
    }

    private static Tensor<double> FirstAtoms(MatrixView<double> signals, int atoms, ulong seed)
    {
        var chance = new RandomStream(seed, "dictionary atoms");
        var order = Enumerable.Range(0, signals.Rows).ToArray();
        chance.Shuffle(order.AsSpan());
        var dictionary = Tensor<double>.Uninitialized(new Shape(atoms, signals.Columns));
        for (var atom = 0; atom < atoms; atom++)
        {
            var row = dictionary.Matrix.Row(atom);
            signals.Row(order[atom % order.Length]).CopyTo(row);
            var norm = TensorPrimitives.Norm<double>(row);
            // Noise also stands in for a signal of zeros.
            var noise = !double.IsNormal(norm) ? 1 : atom < order.Length ? 0 : RepeatNoise * norm / Math.Sqrt(row.Length);
            if (noise > 0)
                foreach (ref var value in row)
                    value += noise * chance.NextNormal();
            TensorPrimitives.Divide<double>(row, TensorPrimitives.Norm<double>(row), row);
        }
        return dictionary;
    }

    private static double Energy(MatrixView<double> matrix)
    {
        var sum = 0.0;
        for (var row = 0; row < matrix.Rows; row++)
            sum += TensorPrimitives.SumOfSquares<double>(matrix.Row(row));
        return sum;
    }

    private readonly struct ResidualWork(MatrixView<double> signals, MatrixView<double> dictionary, SparseCodes codes, MatrixView<double> destination) : IParallelWork
    {
        public const int SignalsPerPart = 16;

        public void Run(int part)
        {
            for (var signal = part * SignalsPerPart; signal < Math.Min(signals.Rows, (part + 1) * SignalsPerPart); signal++)
            {
                var target = destination.Row(signal);
                signals.Row(signal).CopyTo(target);
                var indices = codes.IndicesOf(signal);
                var values = codes.ValuesOf(signal);
                for (var i = 0; i < indices.Length; i++)
                    if (values[i] != 0)
                        TensorPrimitives.MultiplyAdd<double>(dictionary.Row(indices[i]), -values[i], target, target);
            }
        }
    }
}
