using Sparseland.Language.Checkpoints;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning;

/// <summary>What a recipe's update will compute, before anything is learned: for methods that take much longer than the calibration.</summary>
public static class PruneWork
{
    /// <summary>Floating-point operations of the update over all matrices, at the sparsities known beforehand; 0 where it takes little beside the calibration.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="recipe">The recipe.</param>
    /// <exception cref="Errors.InvalidSettingException">The recipe does not fit the model.</exception>
    public static double Operations(ICheckpoint checkpoint, Recipe recipe)
    {
        var plan = ModelPruner.Plan(checkpoint, recipe);
        if (recipe.IsStructured)
            return 0;
        var update = Methods.Updates.Create(recipe.Update);
        return plan.Groups(checkpoint.Configuration, update).Where(group => group[0].Prunes)
            .Sum(group => update.Operations(recipe.Values, group.Sum(tensor => tensor.Shape[0]), group[0].Shape[1], group[0].Sparsity));
    }
}
