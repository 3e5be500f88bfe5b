using System.Globalization;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>
/// An update that replaces a matrix by a product of two factors at a given size: the recipe's sparsity is the share of the dense bytes that goes, and everything stored counts.
/// The score is not asked. A matrix that is too small for factors stays dense, with a note.
/// Options: "calibrated" (true), which approximates the weights whitened by the layer's inputs, so that the error made small is that of the outputs; false for the weights
/// themselves; "regularisation" (1e-6) of the inputs' Gram matrix as a share of its mean diagonal.
/// </summary>
public abstract class FactorUpdate : IUpdate
{
    private readonly double? _regularisation;

    private protected FactorUpdate(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var regularisation = options.Number("regularisation", 1e-6, 0, 1);
        _regularisation = options.Flag("calibrated", true) ? regularisation : null;
    }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public StatisticsKind Needs => _regularisation is null ? StatisticsKind.None : StatisticsKind.Gram;

    /// <inheritdoc/>
    public bool WorksUnderMask => false;

    /// <inheritdoc/>
    public string? Refuses(Pattern pattern) =>
        pattern is UnstructuredPattern ? null : "it replaces a matrix by two factors and leaves no zeros that could have a pattern; choose unstructured, or another update";

    /// <inheritdoc/>
    public string? Refuses(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (recipe.Layout != "auto")
            return $"its factors have a layout of their own, {recipe.Layout} cannot hold them; choose auto";
        if (recipe.Values is not (ElementType.Float32 or ElementType.BFloat16))
            return $"its factors are stored as f32 or bf16, not {ValueNames.Of(recipe.Values)}";
        return recipe.Recovery is { Steps: > 0 } ? "masked fine-tuning needs a mask, which a product of factors has not; leave the recovery out" : null;
    }

    /// <summary>How large the factors of a matrix become.</summary>
    /// <param name="values">Float32 or BFloat16.</param>
    /// <param name="rows">Outputs.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="saved">The share of the dense bytes that goes, above 0 and below 1.</param>
    public abstract FactorBudget Budget(ElementType values, int rows, int columns, double saved);

    /// <inheritdoc/>
    public long? StoredBytes(ElementType values, int rows, int columns, double sparsity, int matrices = 1)
    {
        if (sparsity == 0 || Budget(values, rows, columns, sparsity) is not { Fits: true } budget)
            return DenseMatrix.BytesFor(values, rows, columns);
        // Every matrix ends in values that kernels may read beyond its last one.
        return DictionaryMatrix.BytesFor(values, rows, columns, budget.Atoms, budget.AtomsPerRow) + (matrices - 1L) * StoredValues.Slack * StoredValues.SizeOf(values);
    }

    /// <inheritdoc/>
    public double Operations(ElementType values, int rows, int columns, double sparsity) =>
        sparsity > 0 && Budget(values, rows, columns, sparsity) is { Fits: true } budget ? FactorOperations(rows, columns, budget) : 0;

    /// <inheritdoc/>
    public LayerOutcome Apply(LayerProblem layer, IScore score, MaskRequest request)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(request);
        if (request.KeepsAll)
            return Unchanged(layer);
        var (rows, columns) = (layer.Weights.Rows, layer.Weights.Columns);
        var budget = Budget(layer.Values, rows, columns, request.Sparsity);
        if (!budget.Fits)
            return TooSmall(layer, request);
        return Factor(new FactorProblem(layer, _regularisation), budget);
    }

    /// <inheritdoc/>
    public virtual bool WorksTogether => false;

    /// <inheritdoc/>
    public IReadOnlyList<LayerOutcome> ApplyTogether(IReadOnlyList<LayerProblem> layers, IScore score, MaskRequest request)
    {
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(request);
        if (layers.Count == 1 || !WorksTogether || request.KeepsAll)
            return [.. layers.Select(layer => Apply(layer, score, request))];
        var all = Stacked(layers);
        var budget = Budget(all.Values, all.Weights.Rows, all.Weights.Columns, request.Sparsity);
        if (!budget.Fits)
            return [.. layers.Select(layer => TooSmall(layer, request))];
        var whole = Factor(new FactorProblem(all, _regularisation), budget);
        var stored = (DictionaryMatrix)whole.Replacement!;
        var (outcomes, first) = (new List<LayerOutcome>(), 0);
        foreach (var layer in layers)
        {
            // The first one's bytes hold the dictionary.
            var own = stored.TakeRows(first, layer.Weights.Rows, shared: first > 0);
            var weights = NoUpdate.Copy(whole.Weights.Matrix.SliceRows(first, layer.Weights.Rows));
            outcomes.Add(new LayerOutcome(weights, Mask.Full(own.Rows, own.Columns), null, [$"{layers.Count} matrices share one dictionary, which counts with {layers[0].Name}", .. whole.Notes], own));
            first += layer.Weights.Rows;
        }
        return outcomes;
    }

    /// <summary>The factors of one matrix.</summary>
    private protected abstract LayerOutcome Factor(FactorProblem problem, FactorBudget budget);

    /// <summary>About how many floating-point operations they take.</summary>
    private protected abstract double FactorOperations(int rows, int columns, FactorBudget budget);

    private LayerProblem Stacked(IReadOnlyList<LayerProblem> layers)
    {
        var weights = Tensor<float>.Uninitialized(new Shape(layers.Sum(layer => layer.Weights.Rows), layers[0].Weights.Columns));
        var first = 0;
        foreach (var layer in layers)
            for (var row = 0; row < layer.Weights.Rows; row++)
                layer.Weights.Row(row).CopyTo(weights.Matrix.Row(first++));
        return new LayerProblem(layers[0].Name, weights.Matrix, _regularisation is null ? null : layers[0].Statistics, layers[0].Seed) { Values = layers[0].Values, Cancellation = layers[0].Cancellation };
    }

    private static LayerOutcome TooSmall(LayerProblem layer, MaskRequest request) => Unchanged(layer, string.Create(CultureInfo.InvariantCulture,
        $"stays dense: {layer.Weights.Rows} x {layer.Weights.Columns} is too small for factors that save {request.Sparsity:P0}"));

    // Every bit stays.
    private static LayerOutcome Unchanged(LayerProblem layer, params IReadOnlyList<string> notes) =>
        new(NoUpdate.Copy(layer.Weights), Mask.Full(layer.Weights.Rows, layer.Weights.Columns), 0, notes);
}
