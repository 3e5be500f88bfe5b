using System.Globalization;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>
/// A better mask and no other change (<see cref="DsnotRefiner"/>), for any score, unstructured and N:M: what is kept has its dense value, bit for bit.
/// Options: "cycles" (50), "eps" (0.1) with "epsMode" relative (to the mean |E| at the start) or absolute (the authors'), "variancePower" (1), "sameSign" (true),
/// "mustFall" (false; N:M: pass over exchanges that do not lower |E|), "skip" (none, mlp, attention: these keep the first mask),
/// "guard" (true): keeps, of the first and the refined mask, the one with the smaller squared output error on a quarter of the calibration that the refining did not see.
/// </summary>
public sealed class DsnotUpdate : IUpdate
{
    private readonly DsnotOptions _options;
    private readonly string? _skipped;
    private readonly bool _guard;

    /// <summary>Reads its options.</summary>
    public DsnotUpdate(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = new DsnotOptions
        {
            Cycles = options.Integer("cycles", 50, 0, 1 << 20),
            Threshold = options.Number("eps", 0.1, 0, double.MaxValue),
            RelativeThreshold = options.Text("epsMode", "relative", "relative", "absolute") == "relative",
            VariancePower = options.Number("variancePower", 1, 0, 10),
            SameSign = options.Flag("sameSign", true),
            MustFall = options.Flag("mustFall", false),
        };
        _skipped = options.Text("skip", "none", "none", "mlp", "attention") switch { "mlp" => "*mlp.*", "attention" => "*attn.*", _ => null };
        _guard = options.Flag("guard", true);
    }

    /// <inheritdoc/>
    public string Name => "dsnot";

    /// <inheritdoc/>
    public StatisticsKind Needs => StatisticsKind.Moments | (_guard ? StatisticsKind.HeldOut : StatisticsKind.None);

    /// <inheritdoc/>
    public string? Refuses(Pattern pattern) => pattern is UnstructuredPattern or NofMPattern ? null : "it exchanges single weights, which would break the blocks; choose unstructured or N:M, or the update none or obs";

    /// <inheritdoc/>
    public LayerOutcome Apply(LayerProblem layer, IScore score, MaskRequest request)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(score);
        ArgumentNullException.ThrowIfNull(request);
        if (Refuses(request.Pattern) is { } reason)
            throw new Errors.InvalidSettingException($"{layer.Name}: update {Name} with the pattern {request.Pattern}: {reason}");
        if (request.KeepsAll)
            return Outcome(layer, request.Choose(layer, score), null, []);
        if (_skipped is not null && NamePattern.Matches(_skipped, layer.Name))
            return Outcome(layer, request.Choose(layer, score), null, ["DSnoT left this layer out, as asked"]);
        var scores = Tensor<float>.Uninitialized(new Shape(layer.Weights.Rows, layer.Weights.Columns));
        score.Compute(layer, scores.Matrix);
        var first = request.Choose(scores.Matrix);
        var refined = DsnotRefiner.Refine(layer.Weights, first, DsnotInputs.From(layer.Statistics), _options, request.Pattern as NofMPattern, scores);
        var notes = new List<string> { Describe(refined) };
        return _guard ? Guard(layer, first, refined, notes) : Outcome(layer, refined.Mask, null, notes);
    }

    private static LayerOutcome Guard(LayerProblem layer, Mask first, DsnotResult refined, List<string> notes)
    {
        var statistics = layer.Statistics;
        var heldOut = statistics.HeldOut;
        if (heldOut.TokenCount == 0)
        {
            notes.Add("guard: the calibration is too short to hold anything out; the first mask stays");
            return Outcome(layer, first, null, notes);
        }
        // Per sequence of the calibration's mean length.
        var scale = statistics.TokenCount / (double)heldOut.TokenCount / Math.Max(1, statistics.SequenceCount);
        var before = scale * OutputEnergy.Removed(layer.Weights, first, heldOut.Gram);
        var after = scale * OutputEnergy.Removed(layer.Weights, refined.Mask, heldOut.Gram);
        var better = after < before;
        notes.Add(string.Create(CultureInfo.InvariantCulture, $"guard: squared output error on {heldOut.TokenCount} held-out tokens {before:g4} to {after:g4} per sequence; the {(better ? "refined" : "first")} mask stays"));
        return Outcome(layer, better ? refined.Mask : first, Math.Min(before, after), notes);
    }

    private string Describe(DsnotResult result)
    {
        var skipped = result.SkippedRows == 0 ? "" : $"; {result.SkippedRows} rows had nothing to exchange";
        return string.Create(CultureInfo.InvariantCulture,
            $"DSnoT: {result.MeanSwaps:0.##} swaps per row (at most {_options.Cycles}), mean |E| {result.MeanErrorBefore:g4} to {result.MeanErrorAfter:g4}{skipped}");
    }

    private static LayerOutcome Outcome(LayerProblem layer, Mask mask, double? loss, IReadOnlyList<string> notes)
    {
        var weights = NoUpdate.Copy(layer.Weights);
        mask.Apply(weights.Matrix);
        return new LayerOutcome(weights, mask, loss, notes);
    }
}
