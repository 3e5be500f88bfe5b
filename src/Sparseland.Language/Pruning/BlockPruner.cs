using System.Numerics;
using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning;

/// <summary>A pruned matrix on its way out.</summary>
/// <param name="Stored">As it will lie on disk.</param>
/// <param name="Mask">What is kept.</param>
/// <param name="Report">What is said about it.</param>
internal sealed record PrunedMatrix(MatrixLayout Stored, Mask Mask, LayerReport Report);

/// <summary>Applies a recipe's score, pattern, update, values and layout to the matrices of one block, as the plan says.</summary>
internal sealed class BlockPruner
{
    private readonly Recipe _recipe;
    private readonly PruningPlan _plan;
    private readonly IScore _score;
    private readonly IUpdate _update;
    private readonly ElementType _values;
    private readonly string _layout;
    private readonly StartingMasks? _masks;

    /// <param name="recipe">The recipe.</param>
    /// <param name="plan">The decisions.</param>
    /// <param name="values">The value type to store, which is not the recipe's while a recovery is to come.</param>
    /// <param name="layout">The layout to store.</param>
    /// <param name="masks">Masks to begin with; null where the score makes them.</param>
    public BlockPruner(Recipe recipe, PruningPlan plan, ElementType values, string layout, StartingMasks? masks = null)
    {
        (_recipe, _plan, _values, _layout, _masks) = (recipe, plan, values, layout, masks);
        _score = Methods.Scores.Create(recipe.Score);
        _update = Methods.Updates.Create(recipe.Update);
        Needs = _score.Needs | _update.Needs;
    }

    /// <summary>What the methods need to know of a matrix's inputs.</summary>
    public StatisticsKind Needs { get; }

    /// <summary>Whether anything of a block is pruned.</summary>
    public bool Prunes(TransformerBlock block) => block.Projections.Any(projection => _plan[TensorNames.Weight(block.Index, projection.Name)].Prunes);

    /// <summary>Prunes projections that read the same inputs and puts the results in their places, with the values as they will be stored.</summary>
    /// <param name="block">The block.</param>
    /// <param name="alike">The projections.</param>
    /// <param name="statistics">What was gathered of their inputs; null when nothing is needed.</param>
    /// <param name="cancellation">Ends a method that takes long.</param>
    public IEnumerable<PrunedMatrix> Prune(TransformerBlock block, IReadOnlyList<Projection> alike, LayerStatistics? statistics, CancellationToken cancellation = default)
    {
        var planned = alike.Select(projection => _plan[TensorNames.Weight(block.Index, projection.Name)]).ToList();
        if (alike.Count > 1 && _update.WorksTogether && planned.All(tensor => tensor.Prunes && tensor.Sparsity == planned[0].Sparsity))
            return PruneTogether(planned, alike, statistics, cancellation);
        return planned.Zip(alike, (tensor, projection) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var dense = DenseOf(tensor, projection);
            var outcome = tensor.Prunes ? Apply(tensor, dense, statistics, cancellation) : new LayerOutcome(dense, Mask.Full(tensor.Shape[0], tensor.Shape[1]), null, []);
            return Finish(tensor, projection, dense, outcome, statistics);
        });
    }

    private List<PrunedMatrix> PruneTogether(List<PlannedTensor> planned, IReadOnlyList<Projection> alike, LayerStatistics? statistics, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var dense = planned.Zip(alike, DenseOf).ToList();
        var problems = planned.Zip(dense, (tensor, weights) => Problem(tensor.Name, weights, statistics, cancellation)).ToList();
        var outcomes = Named(planned[0].Name, () => _update.ApplyTogether(problems, _score, Request(planned[0], null)));
        var pruned = planned.Select((tensor, i) => Finish(tensor, alike[i], dense[i], outcomes[i], statistics)).ToList();
        // What one of them holds for all is saved by all.
        var saved = 1 - (double)pruned.Sum(matrix => matrix.Stored.ByteCount) / pruned.Sum(matrix => DenseMatrix.BytesFor(matrix.Stored.Element, matrix.Stored.Rows, matrix.Stored.Columns));
        return [.. pruned.Select(matrix => matrix.Stored.HasMask ? matrix : matrix with { Report = matrix.Report with { Achieved = saved } })];
    }

    private static Tensor<float> DenseOf(PlannedTensor planned, Projection projection)
    {
        var dense = Tensor<float>.Uninitialized(planned.Shape);
        projection.Matrix.ToDense(dense.Matrix);
        return dense;
    }

    private PrunedMatrix Finish(PlannedTensor planned, Projection projection, Tensor<float> dense, LayerOutcome outcome, LayerStatistics? statistics)
    {
        var stored = outcome.Replacement ?? StoredLayout.Store(_layout, _values, outcome.Weights, outcome.Mask, planned.Pattern);
        var final = Tensor<float>.Uninitialized(planned.Shape);
        stored.ToDense(final.Matrix);
        if (outcome.Replacement is null)
            Verify(planned.Name, planned, outcome.Mask, stored, final);
        projection.Matrix = DenseMatrix.FromFloat32(final.Matrix, ElementType.Float32);
        var pruned = new PrunedMatrix(stored, outcome.Mask, Report(planned.Name, planned, outcome, stored, LayerError.Relative(dense, final, statistics)));
        MemoryRelief.After(planned.Shape.Length);
        return pruned;
    }

    private LayerOutcome Apply(PlannedTensor planned, Tensor<float> dense, LayerStatistics? statistics, CancellationToken cancellation)
    {
        var notes = new List<string>();
        var weights = _masks is null ? dense : dense.Copy();
        var given = _masks?.Take(planned.Name, weights, notes);
        var outcome = Named(planned.Name, () => _update.Apply(Problem(planned.Name, weights, statistics, cancellation), _score, Request(planned, given)));
        return notes.Count == 0 ? outcome : outcome with { Notes = [.. notes, .. outcome.Notes] };
    }

    private LayerProblem Problem(string name, Tensor<float> weights, LayerStatistics? statistics, CancellationToken cancellation) =>
        new(name, weights.Matrix, statistics, _recipe.Seed) { Values = _values, Cancellation = cancellation };

    private MaskRequest Request(PlannedTensor planned, Mask? given) =>
        new(planned.Pattern!, planned.Sparsity, _recipe.Group ?? _score.Group, _recipe.Mode ?? _score.Mode) { Given = given };

    private static T Named<T>(string name, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (NumericalException fault)
        {
            throw new NumericalException($"{name}: {fault.Message}");
        }
    }

    /// <summary>Nothing is stored where the mask keeps nothing, and the mask obeys the pattern.</summary>
    internal static void Verify(string name, PlannedTensor planned, Mask mask, MatrixLayout stored, Tensor<float> values)
    {
        if (planned.Pattern?.FirstViolation(mask) is { } violation)
            throw new MismatchException($"SPL009 {name}: the mask breaks the pattern {planned.Pattern}: {violation}");
        var masked = values.Copy();
        mask.Apply(masked.Matrix);
        if (!masked.Span.SequenceEqual(values.Span))
            throw new MismatchException($"SPL005 {name}: a weight that the mask removes is not zero");
        if (stored is ILayoutParts && !stored.ToMask().Words.SequenceEqual(mask.Words))
            throw new MismatchException($"SPL005 {name}: the layout {stored.Name} keeps other weights than the mask");
    }

    private static LayerReport Report(string name, PlannedTensor planned, LayerOutcome outcome, MatrixLayout stored, double? error)
    {
        var mask = outcome.Mask;
        var columns = new ulong[mask.WordsPerRow];
        var emptyRows = 0;
        for (var row = 0; row < mask.Rows; row++)
        {
            var words = mask.Row(row);
            emptyRows += words.ContainsAnyExcept(0UL) ? 0 : 1;
            TensorPrimitives.BitwiseOr<ulong>(columns, words, columns);
        }
        return new LayerReport
        {
            Name = name,
            Block = planned.Block,
            Rows = mask.Rows,
            Columns = mask.Columns,
            Pattern = planned.Prunes ? planned.Pattern!.ToString()! : "dense",
            Requested = planned.Sparsity,
            Achieved = stored.HasMask ? mask.Sparsity : 1 - (double)stored.ByteCount / DenseMatrix.BytesFor(stored.Element, mask.Rows, mask.Columns),
            Layout = stored.Name,
            Bytes = stored.ByteCount,
            EstimatedLoss = outcome.Loss,
            OutputError = planned.Prunes ? error : null,
            EmptyRows = emptyRows,
            EmptyColumns = mask.Columns - columns.Sum(word => BitOperations.PopCount(word)),
            Notes = outcome.Notes,
        };
    }
}
