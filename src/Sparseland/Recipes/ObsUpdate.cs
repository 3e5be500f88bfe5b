using System.Globalization;
using Sparseland.Masks;

namespace Sparseland.Recipes;

/// <summary>
/// Optimal brain surgery column by column, as SparseGPT does it (<see cref="SparseGpt"/>), for any score.
/// Options: "masks" says when masks are chosen: "layer" (all first, from the original weights), "columns" (128 by 128, from the weights as they are by then),
/// "auto" (columns for sparsegpt, layer for the others); "blockSize" (128), "damping" (0.01), and "bits", which rounds the kept weights to a grid in the same sweep (0: not).
/// </summary>
public sealed class ObsUpdate : IUpdate
{
    private readonly string _masks;
    private readonly int _blockSize;
    private readonly double _damping;
    private readonly int _bits;

    /// <summary>Reads its options.</summary>
    public ObsUpdate(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _masks = options.Text("masks", "auto", "auto", "layer", "columns");
        _blockSize = options.Integer("blockSize", 128, 1, 1 << 16);
        _damping = options.Number("damping", 0.01, 0, 10);
        _bits = options.Integer("bits", 0, 0, 16);
    }

    /// <inheritdoc/>
    public string Name => "obs";

    /// <inheritdoc/>
    public StatisticsKind Needs => StatisticsKind.Gram;

    /// <inheritdoc/>
    public LayerOutcome Apply(LayerProblem layer, IScore score, MaskRequest request)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(score);
        ArgumentNullException.ThrowIfNull(request);
        var weights = NoUpdate.Copy(layer.Weights);
        if (request.KeepsAll && _bits == 0)
            return new LayerOutcome(weights, Mask.Full(weights.Shape.Rows, weights.Shape.Columns), 0, []);
        var columnWeights = new double[layer.Weights.Columns];
        var onTheWay = ChoosesOnTheWay(score, request) && score.TryColumnWeights(layer, columnWeights);
        var nofm = request.Pattern as NofMPattern;
        var options = new SparseGptOptions
        {
            Sparsity = request.Sparsity,
            Keep = nofm?.Keep ?? 0,
            Group = nofm?.Group ?? 0,
            BlockSize = nofm is null ? _blockSize : Math.Max(nofm.Group, _blockSize / nofm.Group * nofm.Group),
            Mask = onTheWay ? null : request.Choose(layer, score),
            ColumnWeights = onTheWay ? columnWeights : null,
            Mode = request.Mode == SelectionMode.Cumulative ? SelectionMode.Exact : request.Mode,
            QuantizationBits = _bits,
        };
        var result = SparseGpt.PruneLayer(weights.Matrix, layer.Factor(_damping), options);
        return new LayerOutcome(weights, result.Mask, result.Loss, Notes(result));
    }

    // Blocks span rows, and rows are compared by themselves: both need the whole matrix first.
    private bool ChoosesOnTheWay(IScore score, MaskRequest request) =>
        request.Given is null && request.Pattern is UnstructuredPattern or NofMPattern && request.Mode != SelectionMode.Cumulative
        && (_masks == "columns" || (_masks == "auto" && score.ChosenDuringUpdate));

    private static List<string> Notes(SparseGptResult result)
    {
        var notes = new List<string>();
        if (result.FailedAttempts > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"the Hessian could not be factored; its damping was raised to {result.Damping:g3} of the mean diagonal"));
        if (result.DeadColumns > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{result.DeadColumns} input channels were zero in all of the calibration; their weights are zeroed"));
        return notes;
    }
}
