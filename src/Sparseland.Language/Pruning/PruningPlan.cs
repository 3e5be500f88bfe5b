using System.Globalization;
using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning;

/// <summary>What happens to one tensor, and why.</summary>
/// <param name="Name">The canonical name.</param>
/// <param name="Shape">Its extents.</param>
/// <param name="Block">The transformer block, or −1.</param>
/// <param name="Prunes">Whether weights are removed.</param>
/// <param name="Pattern">Which zeros; null when nothing is removed.</param>
/// <param name="Sparsity">The fraction to remove.</param>
/// <param name="Rule">What decided it, in words.</param>
public sealed record PlannedTensor(string Name, Shape Shape, int Block, bool Prunes, Pattern? Pattern, double Sparsity, string Rule);

/// <summary>The decision for every tensor of a model, made before anything is touched.</summary>
public sealed partial class PruningPlan
{
    private readonly Dictionary<string, PlannedTensor> _byName;

    private PruningPlan(List<PlannedTensor> tensors, bool isFinal)
    {
        Tensors = tensors;
        IsFinal = isFinal;
        _byName = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>All tensors in the order of the model.</summary>
    public IReadOnlyList<PlannedTensor> Tensors { get; }

    /// <summary>False when the allocation still has to see the model: sparsities are then the recipe's mean.</summary>
    public bool IsFinal { get; }

    /// <summary>The decision for a tensor.</summary>
    public PlannedTensor this[string name] => _byName[name];

    /// <summary>The prunable matrices in the order of the model, those together that an update prunes together: of one block, with the same inputs and the same sparsity.</summary>
    internal IEnumerable<IReadOnlyList<PlannedTensor>> Groups(TransformerConfiguration configuration, IUpdate update)
    {
        for (var block = 0; block < configuration.BlockCount; block++)
            foreach (var readers in DenseStatistics.Readers(configuration))
            {
                var group = readers.Select(projection => this[TensorNames.Weight(block, projection)]).ToList();
                if (update.WorksTogether && group.All(tensor => tensor.Prunes && tensor.Sparsity == group[0].Sparsity))
                    yield return group;
                else
                    foreach (var tensor in group)
                        yield return [tensor];
            }
    }

    /// <summary>The fraction of the prunable weights that the plan removes.</summary>
    public double Sparsity
    {
        get
        {
            var prunable = Tensors.Where(tensor => tensor.Block >= 0 && tensor.Shape.Rank == 2).ToList();
            return prunable.Sum(tensor => tensor.Sparsity * tensor.Shape.Length) / Math.Max(1.0, prunable.Sum(tensor => (double)tensor.Shape.Length));
        }
    }

    /// <summary>Decides for every tensor. The linear layers inside the blocks are pruned; embedding, norms, biases and head never are.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="allocation">The allocation, after it has seen what it needs; null while it has not.</param>
    /// <exception cref="InvalidSettingException">A rule matches nothing or nothing prunable, nothing is left to prune, or a pattern does not divide a matrix.</exception>
    public static PruningPlan Make(ICheckpoint checkpoint, Recipe recipe, IAllocation? allocation = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(recipe);
        var matrices = PrunableMatrices(checkpoint.Configuration);
        CheckRules(checkpoint, recipe, matrices);
        if (recipe.IsStructured)
            return MakeStructured(checkpoint, recipe);
        var group = (recipe.Pattern as NofMPattern)?.Group ?? 0;
        var shares = allocation?.Allocate(new AllocationRequest(matrices, recipe.TargetSparsity, group));
        var sparsities = matrices.Select((matrix, index) => KeyValuePair.Create(matrix.Name, (matrix.Block, shares?[index] ?? recipe.TargetSparsity))).ToDictionary(StringComparer.Ordinal);
        var tensors = new List<PlannedTensor>();
        foreach (var tensor in checkpoint.Tensors)
            tensors.Add(sparsities.TryGetValue(tensor.Name, out var share)
                ? DecideMatrix(tensor, share.Block, share.Item2, recipe, shares is not null)
                : new PlannedTensor(tensor.Name, tensor.Shape, BlockOf(tensor.Name), false, null, 0, "not a linear layer of a block: never pruned"));
        if (!tensors.Any(tensor => tensor.Prunes) && recipe.TargetSparsity > 0)
            throw new InvalidSettingException("the recipe's rules leave every matrix dense: nothing is left to prune");
        return new PruningPlan(tensors, shares is not null);
    }

    /// <summary>The linear layers inside the blocks, in the order of the model.</summary>
    public static IReadOnlyList<PrunableMatrix> PrunableMatrices(TransformerConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var matrices = new List<PrunableMatrix>();
        for (var block = 0; block < configuration.BlockCount; block++)
            foreach (var projection in TensorNames.Projections(configuration.GatedFeedForward))
            {
                var shape = TensorCatalog.ProjectionShape(configuration, block, projection);
                matrices.Add(new PrunableMatrix(TensorNames.Weight(block, projection), block, shape[0], shape[1]));
            }
        return matrices;
    }

    private static PlannedTensor DecideMatrix(CheckpointTensor tensor, int block, double sparsity, Recipe recipe, bool allocated)
    {
        var pattern = recipe.Pattern;
        var why = allocated
            ? $"allocation {recipe.Allocation}"
            : $"allocation {recipe.Allocation} decides after calibration; mean";
        if (recipe.Rules.LastOrDefault(rule => NamePattern.Matches(rule.Tensors, tensor.Name)) is { } rule)
        {
            if (rule.Skip)
                return new PlannedTensor(tensor.Name, tensor.Shape, block, false, null, 0, $"rule {rule}");
            pattern = rule.Pattern ?? pattern;
            sparsity = rule.Sparsity ?? (rule.Pattern is NofMPattern given ? given.FixedSparsity!.Value : sparsity);
            why = $"rule {rule}";
        }
        if (pattern is NofMPattern nofm)
        {
            var keep = nofm.Group - (int)Math.Round(sparsity * nofm.Group);
            if (keep < 1)
                throw new InvalidSettingException(string.Create(CultureInfo.InvariantCulture, $"{tensor.Name}: a sparsity of {sparsity:0.####} keeps none of {nofm.Group} weights; choose a lower one"));
            pattern = new NofMPattern(keep, nofm.Group);
            sparsity = 1 - (double)keep / nofm.Group;
        }
        var prunes = sparsity > 0;
        if (prunes)
            Validate(pattern, tensor);
        return new PlannedTensor(tensor.Name, tensor.Shape, block, prunes, prunes ? pattern : null, sparsity, why);
    }

    private static void Validate(Pattern pattern, CheckpointTensor tensor)
    {
        try
        {
            pattern.Validate(tensor.Shape[0], tensor.Shape[1], tensor.Name);
        }
        catch (InvalidSettingException fault)
        {
            throw new InvalidSettingException($"{fault.Message}, or leave it dense by the rule {{\"tensors\": \"{tensor.Name}\", \"skip\": true}}");
        }
    }

    private static void CheckRules(ICheckpoint checkpoint, Recipe recipe, IReadOnlyList<PrunableMatrix> matrices)
    {
        foreach (var rule in recipe.Rules)
        {
            if (!checkpoint.Tensors.Any(tensor => NamePattern.Matches(rule.Tensors, tensor.Name)))
                throw new InvalidSettingException($"the rule for '{rule.Tensors}' matches no tensor; names look like {matrices[0].Name}");
            if (!rule.Skip && !matrices.Any(matrix => NamePattern.Matches(rule.Tensors, matrix.Name)))
                throw new InvalidSettingException($"the rule for '{rule.Tensors}' matches only tensors that are never pruned; prunable are the linear layers inside the blocks, such as {matrices[0].Name}");
        }
    }

    private static int BlockOf(string name)
    {
        const string prefix = "model.layers.";
        if (!name.StartsWith(prefix, StringComparison.Ordinal))
            return -1;
        var end = name.IndexOf('.', prefix.Length);
        return end > 0 && int.TryParse(name.AsSpan(prefix.Length, end - prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var block) ? block : -1;
    }
}
