using System.Globalization;
using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning;

/// <summary>
/// The masks of a model that is pruned already, for an update that begins with them. What a packed layout keeps is kept; of plain tensors, what is not zero.
/// Kept weights are taken to be the dense model's, rounded as they are stored; where a pruning has changed them, they are refused, or on request stay as they are,
/// while weights that come back have their dense values.
/// </summary>
internal sealed class StartingMasks
{
    private readonly ICheckpoint _pruned;
    private readonly bool _allowsUpdated;

    /// <summary>Checks every matrix.</summary>
    /// <param name="dense">The dense model.</param>
    /// <param name="pruned">The same model, pruned.</param>
    /// <param name="recipe">The recipe, whose pattern the masks must obey.</param>
    /// <param name="allowsUpdated">Whether kept weights may differ from the dense ones.</param>
    /// <exception cref="SparselandException">The models do not belong together, there is no mask, or a mask breaks the pattern.</exception>
    public StartingMasks(ICheckpoint dense, ICheckpoint pruned, Recipe recipe, bool allowsUpdated)
    {
        (_pruned, _allowsUpdated) = (pruned, allowsUpdated);
        Check(recipe);
        var matrices = PruningPlan.PrunableMatrices(dense.Configuration);
        Sparsities = new double[matrices.Count];
        for (var i = 0; i < Sparsities.Length; i++)
        {
            var matrix = matrices[i];
            if (pruned.Tensors.FirstOrDefault(tensor => tensor.Name == matrix.Name) is not { } tensor || tensor.Shape != new Shape(matrix.Rows, matrix.Columns))
                throw new MismatchException($"{pruned.Path}: {matrix.Name} is not a {matrix.Rows} x {matrix.Columns} matrix as in {dense.Path}; give the dense model that this one was made from");
            var mask = MaskOf(pruned.LoadMatrix(matrix.Name), matrix.Name);
            Sparsities[i] = mask.Sparsity;
            if (Sparsities[i] > 0 && recipe.Pattern.FirstViolation(mask) is { } violation)
                throw new MismatchException($"{pruned.Path}: the mask of {matrix.Name} breaks the pattern {recipe.Pattern}: {violation}; choose the pattern it was made with, or unstructured");
            MemoryRelief.After((long)matrix.Rows * matrix.Columns);
        }
        if (Sparsities.All(sparsity => sparsity == 0))
            throw new MismatchException($"{pruned.Path}: nothing in it is pruned; give a model that is");
    }

    /// <summary>The sparsity of every prunable matrix, in the order of the model.</summary>
    public double[] Sparsities { get; }

    /// <summary>The mask of a matrix; the kept weights of the dense one become those of the pruned one.</summary>
    /// <param name="name">The matrix.</param>
    /// <param name="weights">The dense weights; changed in place.</param>
    /// <param name="notes">Told when kept weights differ.</param>
    /// <exception cref="MismatchException">They differ and may not.</exception>
    public Mask Take(string name, Tensor<float> weights, List<string> notes)
    {
        var stored = _pruned.LoadMatrix(name);
        var mask = MaskOf(stored, name);
        var (kept, updated) = (new float[stored.Columns], 0L);
        for (var row = 0; row < mask.Rows; row++)
        {
            stored.CopyRow(row, kept);
            var target = weights.Matrix.Row(row);
            var step = stored.Element == ElementType.Int8 ? TensorPrimitives.MaxMagnitude<float>(kept) : 0;
            for (var column = 0; column < kept.Length; column++)
            {
                if (!mask[row, column])
                    continue;
                updated += Math.Abs(kept[column] - target[column]) <= Rounding(stored.Element, Math.Abs(target[column]), Math.Abs(step)) ? 0 : 1;
                target[column] = kept[column];
            }
        }
        if (updated > 0 && !_allowsUpdated)
            throw new MismatchException($"{_pruned.Path}: {updated} of the {mask.KeptCount} kept weights of {name} differ from the dense model's: an update such as obs or a fine-tuning changed them; allow updated weights, or give the model that they come from");
        if (updated > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{updated} of {mask.KeptCount} kept weights begin with the value of the pruned model, weights that come back with that of the dense one"));
        return mask;
    }

    private static void Check(Recipe recipe)
    {
        if (!Methods.Updates.Create(recipe.Update).WorksUnderMask)
            throw new InvalidSettingException($"the update {recipe.Update.Name} leaves no mask, so there is none that it could begin with; choose {string.Join(", ", Methods.Updates.Entries.Select(entry => entry.Name).Where(name => Methods.Updates.Create(new MethodChoice(name)).WorksUnderMask))}");
        if (recipe.Rules.Count > 0 || !Methods.Allocations.Create(recipe.Allocation).IsUniform)
            throw new InvalidSettingException("the masks say how sparse every matrix is: leave rules and the allocation out");
    }

    private Mask MaskOf(MatrixLayout stored, string name)
    {
        if (stored is not DenseMatrix)
            return stored.HasMask ? stored.ToMask() : throw new MismatchException($"{_pruned.Path}: {name} is stored as {stored.Name}, which has no mask");
        var mask = new Mask(stored.Rows, stored.Columns);
        var values = new float[stored.Columns];
        for (var row = 0; row < stored.Rows; row++)
        {
            stored.CopyRow(row, values);
            for (var column = 0; column < values.Length; column++)
                mask[row, column] = values[column] != 0;
        }
        return mask;
    }

    // Half a step of the stored type, and a little for the rounding of the check itself.
    private static float Rounding(ElementType element, float magnitude, float largest) => element switch
    {
        ElementType.Float32 => 0,
        ElementType.BFloat16 => magnitude / 250,
        ElementType.Float16 => magnitude / 2000 + 1e-7f,
        ElementType.Int8 => largest / 250,
        _ => float.PositiveInfinity,
    };
}
