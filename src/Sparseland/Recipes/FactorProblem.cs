using System.Globalization;
using Sparseland.Coding;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>What updates that replace a matrix by factors have in common: which recipes they refuse, the whitened weights, and the outcome.</summary>
internal sealed class FactorProblem
{
    // With fewer tokens than inputs the Gram matrix has directions that nothing was seen of.
    private const double FewTokensFactor = 100;

    private readonly LayerProblem _layer;
    private readonly Whitening? _whitening;
    private readonly List<string> _notes = [];

    /// <param name="layer">The matrix.</param>
    /// <param name="regularisation">ε of <see cref="Whitening"/>, or null to approximate the weights themselves.</param>
    public FactorProblem(LayerProblem layer, double? regularisation)
    {
        _layer = layer;
        if (regularisation is not { } epsilon)
        {
            Weights = Widened(layer.Weights);
            return;
        }
        var statistics = layer.Statistics;
        if (statistics.TokenCount < layer.Weights.Columns)
        {
            epsilon *= FewTokensFactor;
            _notes.Add(string.Create(CultureInfo.InvariantCulture, $"{statistics.TokenCount} tokens were seen of {layer.Weights.Columns} inputs; the regularisation is {epsilon:g3}"));
        }
        _whitening = Whitening.Compute(statistics.Gram, statistics.TokenCount, epsilon);
        if (_whitening.FailedAttempts > 0)
            _notes.Add(string.Create(CultureInfo.InvariantCulture, $"the Gram matrix could not be factored; the regularisation was raised to {_whitening.Regularisation:g3}"));
        _notes.Add(string.Create(CultureInfo.InvariantCulture, $"the inputs' Gram matrix has a condition number of at least {_whitening.Condition:g2}"));
        Weights = _whitening.Apply(layer.Weights);
    }

    /// <summary>What is to be approximated [outputs, inputs]: W L, or W when nothing is whitened.</summary>
    public Tensor<double> Weights { get; }

    /// <summary>Why a pattern cannot be asked for, or null.</summary>
    public static string? Refusal(Pattern pattern) =>
        pattern is UnstructuredPattern ? null : "it replaces a matrix by two factors and leaves no zeros that could have a pattern; choose unstructured, or another update";

    /// <summary>Why a recipe cannot have such an update for another reason, or null.</summary>
    public static string? Refusal(Recipe recipe)
    {
        if (recipe.Layout != "auto")
            return $"its factors have a layout of their own, {recipe.Layout} cannot hold them; choose auto";
        if (recipe.Values is not (ElementType.Float32 or ElementType.BFloat16))
            return $"its factors are stored as f32 or bf16, not {ValueNames.Of(recipe.Values)}";
        return recipe.Recovery is { Steps: > 0 } ? "masked fine-tuning needs a mask, which a product of factors has not; leave the recovery out" : null;
    }

    /// <summary>Nothing is to be removed: every bit stays.</summary>
    public static LayerOutcome Unchanged(LayerProblem layer, params IReadOnlyList<string> notes) =>
        new(NoUpdate.Copy(layer.Weights), Mask.Full(layer.Weights.Rows, layer.Weights.Columns), 0, notes);

    /// <summary>The matrix whose budget has no room for a single atom.</summary>
    public static LayerOutcome TooSmall(LayerProblem layer, double saved) =>
        Unchanged(layer, string.Create(CultureInfo.InvariantCulture, $"stays dense: {layer.Weights.Rows} x {layer.Weights.Columns} is too small for factors that save {saved:P0}"));

    /// <summary>The factors as they are stored. The dictionary is turned back in place.</summary>
    /// <param name="dictionary">[atoms, inputs], of the weights that were to be approximated.</param>
    /// <param name="codes">The codes of the outputs.</param>
    /// <param name="squaredError">Of the approximation.</param>
    public LayerOutcome Finish(Tensor<double> dictionary, SparseCodes codes, double squaredError)
    {
        _whitening?.Undo(dictionary.Matrix);
        var narrow = Tensor<float>.Uninitialized(dictionary.Shape);
        TensorPrimitives.ConvertTruncating<double, float>(dictionary.Span, narrow.Span);
        var stored = DictionaryMatrix.Create(narrow.Matrix, codes, _layer.Values);
        var weights = Tensor<float>.Uninitialized(new Shape(stored.Rows, stored.Columns));
        stored.ToDense(weights.Matrix);
        _notes.Insert(0, string.Create(CultureInfo.InvariantCulture, $"{stored.Atoms} atoms, {stored.AtomsPerRow} for each output, {stored.ByteCount} bytes as {ValueNames.Of(stored.Element)}"));
        double? loss = _whitening is null ? null : squaredError * _layer.Statistics.TokenCount / Math.Max(1, _layer.Statistics.SequenceCount);
        return new LayerOutcome(weights, Mask.Full(stored.Rows, stored.Columns), loss, _notes, stored);
    }

    private static Tensor<double> Widened(MatrixView<float> source)
    {
        var wide = Tensor<double>.Uninitialized(new Shape(source.Rows, source.Columns));
        for (var row = 0; row < source.Rows; row++)
            TensorPrimitives.ConvertTruncating<float, double>(source.Row(row), wide.Matrix.Row(row));
        source.KeepAlive();
        return wide;
    }
}
