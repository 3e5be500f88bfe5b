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

    /// <summary>Prunes one projection and puts the result in its place, with the values as they will be stored.</summary>
    /// <param name="block">The block.</param>
    /// <param name="projection">The projection.</param>
    /// <param name="statistics">What was gathered of its inputs; null when nothing is needed.</param>
    /// <param name="cancellation">Ends a method that takes long.</param>
    public PrunedMatrix Prune(TransformerBlock block, Projection projection, LayerStatistics? statistics, CancellationToken cancellation = default)
    {
        var name = TensorNames.Weight(block.Index, projection.Name);
        var planned = _plan[name];
        var pruned = Prune(name, planned, projection, statistics, cancellation);
        MemoryRelief.After(planned.Shape.Length);
        return pruned;
    }

    private PrunedMatrix Prune(string name, PlannedTensor planned, Projection projection, LayerStatistics? statistics, CancellationToken cancellation)
    {
        var dense = Tensor<float>.Uninitialized(planned.Shape);
        projection.Matrix.ToDense(dense.Matrix);
        var outcome = planned.Prunes
            ? Apply(name, dense, statistics, planned, cancellation)
            : new LayerOutcome(dense, Mask.Full(planned.Shape[0], planned.Shape[1]), null, []);
        var stored = outcome.Replacement ?? StoredLayout.Store(_layout, _values, outcome.Weights, outcome.Mask, planned.Pattern);
        var final = Tensor<float>.Uninitialized(planned.Shape);
        stored.ToDense(final.Matrix);
        if (outcome.Replacement is null)
            Verify(name, planned, outcome.Mask, stored, final);
        projection.Matrix = DenseMatrix.FromFloat32(final.Matrix, ElementType.Float32);
        return new PrunedMatrix(stored, outcome.Mask, Report(name, planned, outcome, stored, LayerError.Relative(dense, final, statistics)));
    }

    private LayerOutcome Apply(string name, Tensor<float> dense, LayerStatistics? statistics, PlannedTensor planned, CancellationToken cancellation)
    {
        var notes = new List<string>();
        var weights = _masks is null ? dense : dense.Copy();
        var given = _masks?.Take(name, weights, notes);
        try
        {
            var problem = new LayerProblem(name, weights.Matrix, statistics, _recipe.Seed) { Values = _values, Cancellation = cancellation };
            var outcome = _update.Apply(problem, _score, new MaskRequest(planned.Pattern!, planned.Sparsity, _recipe.Group ?? _score.Group, _recipe.Mode ?? _score.Mode) { Given = given });
            return notes.Count == 0 ? outcome : outcome with { Notes = [.. notes, .. outcome.Notes] };
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
