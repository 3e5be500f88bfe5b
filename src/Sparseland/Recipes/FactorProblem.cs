using System.Globalization;
using Sparseland.Coding;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>A matrix that is to become a product of factors: its weights, whitened by its inputs, and what is made of the factors found.</summary>
internal sealed class FactorProblem
{
    // With fewer tokens than inputs the Gram matrix has directions that nothing was seen of.
    private const double FewTokensFactor = 100;

    private readonly Whitening? _whitening;
    private readonly List<string> _notes = [];

    /// <param name="layer">The matrix.</param>
    /// <param name="regularisation">ε of <see cref="Whitening"/>, or null to approximate the weights themselves.</param>
    public FactorProblem(LayerProblem layer, double? regularisation)
    {
        Layer = layer;
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

    /// <summary>The matrix.</summary>
    public LayerProblem Layer { get; }

    /// <summary>What is to be approximated [outputs, inputs]: W L, or W when nothing is whitened.</summary>
    public Tensor<double> Weights { get; }

    /// <summary>The factors as they are stored. The dictionary is turned back in place.</summary>
    /// <param name="dictionary">[atoms, inputs], of the weights that were to be approximated.</param>
    /// <param name="codes">The codes of the outputs.</param>
    /// <param name="squaredError">Of the approximation.</param>
    public LayerOutcome Finish(Tensor<double> dictionary, SparseCodes codes, double squaredError)
    {
        _whitening?.Undo(dictionary.Matrix);
        var narrow = Tensor<float>.Uninitialized(dictionary.Shape);
        TensorPrimitives.ConvertTruncating<double, float>(dictionary.Span, narrow.Span);
        var stored = DictionaryMatrix.Create(narrow.Matrix, codes, Layer.Values);
        var weights = Tensor<float>.Uninitialized(new Shape(stored.Rows, stored.Columns));
        stored.ToDense(weights.Matrix);
        _notes.Insert(0, string.Create(CultureInfo.InvariantCulture, $"{stored.Atoms} atoms, {stored.AtomsPerRow} for each output, {stored.ByteCount} bytes as {ValueNames.Of(stored.Element)}"));
        double? loss = _whitening is null ? null : squaredError * Layer.Statistics.TokenCount / Math.Max(1, Layer.Statistics.SequenceCount);
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
