using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Pruning.Structures;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning;

public sealed partial class PruningPlan
{
    /// <summary>The rule that holds for a set of structures: the last that matches any of its matrices.</summary>
    internal static RecipeRule? RuleFor(Recipe recipe, StructureSet set) =>
        recipe.Rules.LastOrDefault(rule => set.Matrices.Any(name => NamePattern.Matches(rule.Tensors, name)));

    // Matrices of one set lose the same structures, so one decision holds for them all.
    private static PruningPlan MakeStructured(ICheckpoint checkpoint, Recipe recipe)
    {
        var decisions = new Dictionary<string, (double Sparsity, string Rule)>(StringComparer.Ordinal);
        foreach (var set in StructureSet.Of(checkpoint.Configuration, recipe.Pattern.Structures))
        {
            var rule = RuleFor(recipe, set);
            var sparsity = rule is null ? recipe.Sparsity : rule.Skip ? 0 : rule.Sparsity ?? recipe.Sparsity;
            foreach (var name in set.Matrices)
                decisions[name] = (sparsity, rule is null ? $"allocation {recipe.Allocation} decides; mean" : $"rule {rule}");
        }
        var tensors = new List<PlannedTensor>();
        foreach (var tensor in checkpoint.Tensors)
        {
            var why = tensor.Shape.Rank == 2 && BlockOf(tensor.Name) >= 0 ? $"the pattern {recipe.Pattern} leaves it whole" : "not a linear layer of a block: never pruned";
            tensors.Add(decisions.TryGetValue(tensor.Name, out var decision)
                ? new PlannedTensor(tensor.Name, tensor.Shape, BlockOf(tensor.Name), decision.Sparsity > 0, decision.Sparsity > 0 ? recipe.Pattern : null, decision.Sparsity, decision.Rule)
                : new PlannedTensor(tensor.Name, tensor.Shape, BlockOf(tensor.Name), false, null, 0, why));
        }
        if (recipe.Sparsity > 0 && !tensors.Any(tensor => tensor.Prunes))
            throw new InvalidSettingException("the recipe's rules leave every matrix dense: nothing is left to prune");
        return new PruningPlan(tensors, isFinal: false);
    }
}
