using Sparseland.Errors;

namespace Sparseland.Recipes;

/// <summary>One line of a registry: a method's name, what it does in a sentence, and how it is made from its options.</summary>
/// <typeparam name="TMethod">The contract of the choice.</typeparam>
/// <param name="Name">The name in recipes and on the command line.</param>
/// <param name="Summary">One sentence for help texts.</param>
/// <param name="Create">Makes the method; reads its own options.</param>
public sealed record MethodEntry<TMethod>(string Name, string Summary, Func<MethodOptions, TMethod> Create);

/// <summary>The methods that implement one of the five choices: an explicit list, no reflection.</summary>
/// <typeparam name="TMethod">The contract of the choice.</typeparam>
/// <param name="choice">What is chosen: "score", "allocation", "update".</param>
/// <param name="entries">The methods.</param>
public sealed class MethodRegistry<TMethod>(string choice, params IReadOnlyList<MethodEntry<TMethod>> entries)
{
    /// <summary>All methods, in the order of help texts.</summary>
    public IReadOnlyList<MethodEntry<TMethod>> Entries => entries;

    /// <summary>Whether there is a method of that name.</summary>
    public bool Knows(string name) => entries.Any(entry => entry.Name == name);

    /// <summary>Makes a method.</summary>
    /// <exception cref="InvalidSettingException">The name or an option is unknown, or an option's value is not legal.</exception>
    public TMethod Create(MethodChoice method)
    {
        ArgumentNullException.ThrowIfNull(method);
        foreach (var entry in entries)
        {
            if (entry.Name != method.Name)
                continue;
            var options = new MethodOptions(method);
            var made = entry.Create(options);
            options.Finish();
            return made;
        }
        var names = entries.Select(entry => entry.Name).ToArray();
        throw new InvalidSettingException($"unknown {choice} '{method.Name}'{Suggestion.For(method.Name, names)}; known: {string.Join(", ", names)}");
    }
}

/// <summary>Every method that a recipe can name. A new method is one file and one line here.</summary>
public static class Methods
{
    /// <summary>What says how much a weight matters.</summary>
    public static MethodRegistry<IScore> Scores { get; } = new("score",
        new("magnitude", "|w|: no calibration", options => new MagnitudeScore(options)),
        new("wanda", "|w| times the norm of its input channel", options => new WandaScore(options)),
        new("sparsegpt", "w² over the inverse Hessian's diagonal, of the columns still to come", options => new SparseGptScore(options)),
        new("random", "chance: the baseline that every other has to beat", options => new RandomScore(options)));

    /// <summary>What says how sparse each layer becomes.</summary>
    public static MethodRegistry<IAllocation> Allocations { get; } = new("allocation",
        new("uniform", "the same sparsity everywhere", options => new UniformAllocation(options)),
        new("owl", "less sparsity for blocks with more outlier scores", options => new OwlAllocation(options)),
        new("cfsp", "less sparsity for blocks that turn the hidden state more", options => new CfspAllocation(options)),
        new("global", "for neurons and heads: one threshold over the standardised scores of all layers", options => new GlobalAllocation(options)),
        new("search", "for neurons and heads: an evolutionary search for the distribution that changes the whole model least (Týr-the-Pruner)", options => new SearchAllocation(options)),
        new("given", "sparsities by hand, by block or by name", options => new GivenAllocation(options)));

    /// <summary>What happens to the weights that stay.</summary>
    public static MethodRegistry<IUpdate> Updates { get; } = new("update",
        new("none", "they stay as they are", options => new NoUpdate(options)),
        new("obs", "optimal brain surgery: they take over the pruned weights' work, column by column", options => new ObsUpdate(options)),
        new("dsnot", "they stay; single weights are exchanged until the expected error of every row is near zero", options => new DsnotUpdate(options)),
        new("dictionary", "each output becomes a sum of a few atoms of a learned dictionary (CoSpaDi); sparsity is the share of the bytes that goes", options => new DictionaryUpdate(options)),
        new("svd", "a product of two thin matrices: what a dictionary has to beat at equal size", options => new SvdUpdate(options)));

    /// <summary>What says how much a neuron or head matters; the first choice where the pattern is structured.</summary>
    public static MethodRegistry<IStructureScore> StructureScores { get; } = new("score of whole structures",
        new("cfsp", "weights relative to those of the other structures, times the norm of the activations", options => new CfspScore(options)),
        new("wanda", "mean of |w| times the norm of its input channel over the weights that read the structure", options => new WandaStructureScore(options)),
        new("magnitude", "norm of the weights that read the structure: no calibration", options => new MagnitudeStructureScore(options)),
        new("flap", "variance of the activations times the squared norm of the weights that read them", options => new FlapScore(options)),
        new("obs", "greedy optimal brain surgery: the error of the layer by the time a structure goes, when the others make up for it", options => new ObsStructureScore(options)),
        new("random", "chance: the baseline that every other has to beat", options => new RandomStructureScore(options)));

    /// <summary>What happens to the structures that stay; the fourth choice where the pattern is structured.</summary>
    public static MethodRegistry<IStructureUpdate> StructureUpdates { get; } = new("update of whole structures",
        new("none", "they stay as they are", options => new NoStructureUpdate(options)),
        new("bias", "the mean of what was removed becomes a bias", options => new BiasUpdate(options)),
        new("solve", "least squares: the weights that read them take over the work of what was removed", options => new SolveUpdate(options)));
}
