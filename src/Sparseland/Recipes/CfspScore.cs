using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>
/// The fine step of CFSP (Wang et al. 2025): mean over the hidden axis r of [|W_rs| a_s^b / N_r + Σ |P_sr| / M_r] · a_s^c, with W the consumer, P the producers and
/// a_s = sqrt(Σ z² / sequences) of the structure's activations.
/// Options: "form": "relative" (default) sums N and M over the structures, so that a structure is weighed against the others; "authors" sums them over r of the same
/// structure as the published code does. Each fraction then adds up to one, the weights cancel, and the score is (1 + producers) · a_s^c / d: a ranking by activation alone.
/// "weightExponent" b (1) and "exponent" c (1). Ours: a structure of several columns (a head) adds up their terms, and its a is the root of their mean square.
/// </summary>
public sealed class CfspScore : IStructureScore
{
    private readonly bool _relative;
    private readonly double _weightExponent;
    private readonly double _exponent;

    /// <summary>Reads its options.</summary>
    public CfspScore(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _relative = options.Text("form", "relative", "relative", "authors") == "relative";
        _weightExponent = options.Number("weightExponent", 1, 0, 8);
        _exponent = options.Number("exponent", 1, 0, 8);
    }

    /// <inheritdoc/>
    public string Name => "cfsp";

    /// <inheritdoc/>
    public StatisticsKind Needs => StatisticsKind.SumOfSquares;

    /// <inheritdoc/>
    public void Compute(StructureProblem problem, Span<double> destination)
    {
        ArgumentNullException.ThrowIfNull(problem);
        var norms = new double[problem.Consumer.Weights.Columns];
        problem.Consumer.Statistics.ChannelNorms(norms);
        var width = problem.Consumer.Weights.Rows;
        destination.Clear();
        AddConsumer(problem, norms, destination);
        foreach (var producer in problem.Producers)
            AddProducer(problem, producer.Weights, destination);
        for (var s = 0; s < problem.Count; s++)
        {
            var energy = 0.0;
            foreach (var norm in norms.AsSpan(s * problem.Extent, problem.Extent))
                energy += norm * norm;
            destination[s] = destination[s] / width * Math.Pow(Math.Sqrt(energy / problem.Extent), _exponent);
        }
    }

    private void AddConsumer(StructureProblem problem, ReadOnlySpan<double> norms, Span<double> destination)
    {
        var weights = problem.Consumer.Weights;
        var scale = new double[norms.Length];
        for (var column = 0; column < scale.Length; column++)
            scale[column] = Math.Pow(norms[column], _weightExponent);
        var terms = new double[problem.Count];
        var sums = new double[problem.Count];
        for (var row = 0; row < weights.Rows; row++)
        {
            Array.Clear(terms);
            var values = weights.Row(row);
            for (var column = 0; column < values.Length; column++)
                terms[column / problem.Extent] += Math.Abs(values[column]) * scale[column];
            if (_relative)
                AddShares(terms, destination);
            else
                TensorPrimitives.Add<double>(sums, terms, sums);
        }
        weights.KeepAlive();
        if (!_relative)
            AddWholes(sums, destination);
    }

    private void AddProducer(StructureProblem problem, MatrixView<float> weights, Span<double> destination)
    {
        var extent = weights.Rows / problem.Count;
        var totals = new double[weights.Columns];
        var sums = new double[problem.Count];
        for (var row = 0; row < weights.Rows; row++)
        {
            var values = weights.Row(row);
            for (var r = 0; r < values.Length; r++)
            {
                totals[r] += Math.Abs(values[r]);
                sums[row / extent] += Math.Abs(values[r]);
            }
        }
        if (!_relative)
        {
            AddWholes(sums, destination);
            return;
        }
        for (var row = 0; row < weights.Rows; row++)
        {
            var values = weights.Row(row);
            for (var r = 0; r < values.Length; r++)
                destination[row / extent] += totals[r] > 0 ? Math.Abs(values[r]) / totals[r] : 0;
        }
        weights.KeepAlive();
    }

    private static void AddShares(ReadOnlySpan<double> terms, Span<double> destination)
    {
        var total = TensorPrimitives.Sum(terms);
        for (var s = 0; s < terms.Length && total > 0; s++)
            destination[s] += terms[s] / total;
    }

    // Terms of one structure over their own sum over r: one, or nothing where all are zero.
    private static void AddWholes(ReadOnlySpan<double> sums, Span<double> destination)
    {
        for (var s = 0; s < sums.Length; s++)
            destination[s] += sums[s] > 0 ? 1 : 0;
    }
}
