using Sparseland.Errors;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>
/// The coarse step of CFSP (Wang et al. 2025): blocks that turn the hidden state more keep more. I_i sums a distance between the block's input and output over all tokens;
/// g_i = sigmoid(slope · x_i) with x_i the distance from the mean of I; the block keeps g_i / mean(g) · (1 − p), shrunk around the mean where a block would keep more than all.
/// Options: "metric": "angular" (default, arccos(cos)/π), "cosine" (1 − cos), "mse", "mae" (means over the width), or "uniform" (a constant); "slope" (1);
/// "form": "per-token" (default), x_i = 13.1072 (Ī_i − mean Ī) with Ī the mean per token, which is the authors' scale at their 131,072 tokens;
/// "sum", x_i = (I_i − mean I) / 10⁴ as published, which is flat for short calibrations.
/// A token whose input or output is all zero counts as a cosine of 0.5, as in the authors' code. Ours: the means over blocks are weighed by their parameters, so that
/// the share asked for is met where blocks differ in size.
/// </summary>
public sealed class CfspAllocation : IAllocation
{
    // 128 sequences of 1024 tokens over the authors' divisor of 10,000.
    private const double TokenScale = 13.1072;
    private const double SumScale = 1e-4;
    private const double Margin = 1.05;

    private readonly string _metric;
    private readonly double _slope;
    private readonly bool _perToken;
    private readonly List<double> _importance = [];
    private readonly List<double> _perTokenMean = [];

    /// <summary>Reads its options.</summary>
    public CfspAllocation(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _metric = options.Text("metric", "angular", "angular", "cosine", "mse", "mae", "uniform");
        _slope = options.Number("slope", 1, 0, 1e6);
        _perToken = options.Text("form", "per-token", "per-token", "sum") == "per-token";
    }

    /// <inheritdoc/>
    public string Name => "cfsp";

    /// <inheritdoc/>
    public bool NeedsWalk => _metric != "uniform";

    /// <inheritdoc/>
    public bool ReadsHiddenStates => NeedsWalk;

    /// <inheritdoc/>
    public IReadOnlyList<AllocationFigure> Figures => _perTokenMean.Count == 0 ? [] : [new($"{_metric} distance per token", _perTokenMean)];

    /// <inheritdoc/>
    public void Observe(BlockObservation block)
    {
        ArgumentNullException.ThrowIfNull(block);
        var (sum, tokens) = (0.0, 0L);
        foreach (var (input, output) in block.HiddenStates)
        {
            sum += Importance(input, output, _metric);
            tokens += input.Rows;
        }
        if (!double.IsFinite(sum))
            throw new NumericalException($"block {block.Block}: the distance between its inputs and outputs is {sum}");
        _importance.Add(sum);
        _perTokenMean.Add(sum / Math.Max(1, tokens));
    }

    /// <inheritdoc/>
    public double[] Allocate(AllocationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var blocks = request.Matrices.Count == 0 ? 0 : request.Matrices.Max(matrix => matrix.Block) + 1;
        var parameters = new double[blocks];
        foreach (var matrix in request.Matrices)
            parameters[matrix.Block] += (double)matrix.Rows * matrix.Columns;
        var importance = _metric == "uniform" ? new double[blocks] : (_perToken ? _perTokenMean : _importance).ToArray();
        if (importance.Length != blocks)
            throw new InvalidOperationException($"the allocation cfsp has seen {importance.Length} of {blocks} blocks");
        var keep = Keep(importance, parameters, request.Sparsity, _slope * (_perToken ? TokenScale : SumScale));
        return [.. request.Matrices.Select(matrix => 1 - keep[matrix.Block])];
    }

    /// <summary>The summed distance between the rows of two matrices.</summary>
    /// <param name="input">[tokens, width].</param>
    /// <param name="output">[tokens, width].</param>
    /// <param name="metric">"angular", "cosine", "mse" or "mae".</param>
    public static double Importance(MatrixView<float> input, MatrixView<float> output, string metric = "angular")
    {
        var sum = 0.0;
        for (var row = 0; row < input.Rows; row++)
        {
            var distance = Distance.Of(input.Row(row), output.Row(row));
            sum += metric switch
            {
                "angular" => Math.Acos(distance.Cosine) / Math.PI,
                "cosine" => 1 - distance.Cosine,
                "mse" => distance.Squared / input.Columns,
                "mae" => distance.Absolute / input.Columns,
                _ => throw new ArgumentException($"there is no metric {metric}", nameof(metric)),
            };
        }
        input.KeepAlive();
        output.KeepAlive();
        return sum;
    }

    /// <summary>The share that every block keeps: with weights v, Σ v k / Σ v = 1 − p; all 1 where p is 0.</summary>
    /// <param name="importance">I per block.</param>
    /// <param name="parameters">Weights v: the parameters of each block.</param>
    /// <param name="sparsity">p, 0 to below 1.</param>
    /// <param name="slope">What multiplies the distance from the mean before the sigmoid.</param>
    public static double[] Keep(ReadOnlySpan<double> importance, ReadOnlySpan<double> parameters, double sparsity, double slope)
    {
        if (importance.Length != parameters.Length)
            throw new ArgumentException($"{importance.Length} blocks with {parameters.Length} sizes", nameof(parameters));
        var keep = importance.ToArray();
        if (sparsity == 0)
        {
            Array.Fill(keep, 1);
            return keep;
        }
        var mean = keep.Length == 0 ? 0 : keep.Average();
        for (var i = 0; i < keep.Length; i++)
            keep[i] = 1 / (1 + Math.Exp(-slope * (keep[i] - mean)));
        mean = TensorPrimitives.Dot<double>(keep, parameters) / TensorPrimitives.Sum(parameters);
        var largest = keep.Length == 0 ? 0 : keep.Max();
        var shrink = largest / mean * (1 - sparsity) >= 1 ? mean * (1 / (1 - sparsity) - 1) / (largest - mean) / Margin : 1;
        for (var i = 0; i < keep.Length; i++)
            keep[i] = (1 + shrink * (keep[i] - mean) / mean) * (1 - sparsity);
        return keep;
    }

    private readonly record struct Distance(double Cosine, double Squared, double Absolute)
    {
        public static Distance Of(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
        {
            var (dot, left, right, squared, absolute) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for (var i = 0; i < a.Length; i++)
            {
                var (x, y) = ((double)a[i], (double)b[i]);
                dot += x * y;
                left += x * x;
                right += y * y;
                squared += (x - y) * (x - y);
                absolute += Math.Abs(x - y);
            }
            // The root of the product, so that equal rows have a cosine of exactly one.
            var cosine = left > 0 && right > 0 ? Math.Clamp(dot / Math.Sqrt(left * right), -1, 1) : 0.5;
            return new Distance(cosine, squared, absolute);
        }
    }
}
