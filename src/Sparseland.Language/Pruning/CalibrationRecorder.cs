using Sparseland.Errors;
using Sparseland.Language.Models;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning;

/// <summary>Gathers statistics of what flows into a block's projections. Projections that read the same input share them.</summary>
/// <param name="kinds">What to gather.</param>
/// <param name="only">Which projections matter; null for all.</param>
internal sealed class CalibrationRecorder(StatisticsKind kinds, IReadOnlySet<string>? only = null) : IActivationObserver
{
    private readonly Dictionary<string, LayerStatistics> _byProjection = [];

    /// <summary>Statistics by projection name.</summary>
    public IReadOnlyDictionary<string, LayerStatistics> Statistics => _byProjection;

    /// <inheritdoc/>
    public void Observe(int block, IReadOnlyList<string> projections, MatrixView<float> input)
    {
        if (only is not null && !projections.Any(only.Contains))
            return;
        if (!_byProjection.TryGetValue(projections[0], out var statistics))
        {
            statistics = new LayerStatistics(input.Columns, kinds);
            foreach (var projection in projections)
                _byProjection[projection] = statistics;
        }
        try
        {
            // Batches need not end with a sequence; sequences are counted once at the end.
            statistics.Add(input, sequences: 0);
        }
        catch (NumericalException fault)
        {
            throw new NumericalException($"{TensorNames.Weight(block, projections[0])}: {fault.Message}; the model's weights or an earlier block are at fault");
        }
    }

    /// <summary>Says how many sequences were seen.</summary>
    public void CountSequences(int sequences)
    {
        foreach (var statistics in _byProjection.Values.Distinct())
            statistics.Add(new Tensor<float>(new Shape(0, statistics.Columns)).Matrix, sequences);
    }
}
