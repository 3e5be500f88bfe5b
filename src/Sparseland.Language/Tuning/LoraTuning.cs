using Sparseland.Autograd;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Language.Models;
using Sparseland.Language.Training;
using Sparseland.Learning.Initialisers;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Tuning;

/// <summary>
/// LoRA (Hu et al. 2021): beside a frozen weight W a product (alpha / rank) B A is trained; A starts uniform in ±1/√inputs, B at zero. Options: "rank" (8), "alpha" (twice the rank),
/// "projections": "authors" (q, k, v, up, down, as in S²FT's comparison; default), "attention" (q, k, v, o) or "all". Ours: no dropout, so that runs differ by the data alone.
/// </summary>
public sealed class LoraTuning : ITuningMethod
{
    private readonly int _rank;
    private readonly double _alpha;
    private readonly string _projections;

    /// <summary>Reads its options.</summary>
    public LoraTuning(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _rank = options.Integer("rank", 8, 1, 65_536);
        _alpha = options.Number("alpha", 2 * _rank, 1e-6, 1e6);
        _projections = options.Text("projections", "authors", "authors", "attention", "all");
    }

    /// <inheritdoc/>
    public string Name => "lora";

    /// <inheritdoc/>
    public PreparedTuning Prepare(TuningProblem problem, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return Prepare(problem.Network, [.. Enumerable.Repeat(_rank, problem.Network.Configuration.BlockCount)], _alpha / _rank, _projections, problem.Seed);
    }

    /// <summary>Puts products of a rank for each block beside its projections; what recovery after structured pruning does.</summary>
    /// <param name="network">Frozen but for the products.</param>
    /// <param name="ranks">One for each block, at least 1; a projection with a smaller side takes that.</param>
    /// <param name="scale">alpha / rank.</param>
    /// <param name="projections">"authors", "attention" or "all".</param>
    /// <param name="seed">Seeds A.</param>
    public static PreparedTuning Prepare(TransformerNetwork<float> network, IReadOnlyList<int> ranks, double scale, string projections, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(ranks);
        if (ranks.Count != network.Configuration.BlockCount || ranks.Any(rank => rank < 1))
            throw new InvalidSettingException($"{ranks.Count} ranks for {network.Configuration.BlockCount} blocks: each block needs one of at least 1");
        var additions = new List<KeyValuePair<string, LowRankAddition<float>>>();
        for (var block = 0; block < ranks.Count; block++)
        {
            foreach (var projection in TensorNames.Projections(network.Configuration.GatedFeedForward).Where(name => Takes(name, projections)))
            {
                var name = TensorNames.Weight(block, projection);
                var shape = network[name].Value.Shape;
                var rank = Math.Min(ranks[block], Math.Min(shape[0], shape[1]));
                var (down, up) = (new Tensor<float>(new Shape(rank, shape[1])), new Tensor<float>(new Shape(shape[0], rank)));
                Initialiser.Uniform(down, 1 / Math.Sqrt(shape[1]), new RandomStream(seed, $"lora {projection}", (ulong)block));
                var addition = new LowRankAddition<float>(new Parameter<float>($"{name}.lora_a", down), new Parameter<float>($"{name}.lora_b", up), scale);
                network.SetAddition(name, addition);
                additions.Add(KeyValuePair.Create(name, addition));
            }
        }
        return new Prepared(network, additions);
    }

    private static bool Takes(string projection, string choice) => choice switch
    {
        "all" => true,
        "attention" => projection.StartsWith("self_attn.", StringComparison.Ordinal),
        _ => projection is not ("self_attn.o_proj" or "mlp.gate_proj"),
    };

    private sealed class Prepared(TransformerNetwork<float> network, IReadOnlyList<KeyValuePair<string, LowRankAddition<float>>> additions)
        : PreparedTuning(network, [.. additions.SelectMany(pair => new[] { pair.Value.Down, pair.Value.Up })])
    {
        // The scale goes into B, so that the adapter is the product alone.
        public override Adapter Extract(string baseHash) => new("lora", baseHash, [.. additions.Select(pair =>
        {
            var up = pair.Value.Up.Value.Copy();
            TensorPrimitives.Multiply(up.Span, (float)pair.Value.Scale, up.Span);
            return (AdapterPart)new LowRankPart(pair.Key, pair.Value.Down.Value.Copy(), up);
        })]);
    }
}
