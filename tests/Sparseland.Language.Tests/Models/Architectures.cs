using Sparseland.Language.Models;

namespace Sparseland.Language.Tests.Models;

/// <summary>Tiny configurations of every family the library knows, with the features that tell them apart.</summary>
internal static class Architectures
{
    private static readonly TransformerConfiguration Llama = new()
    {
        Family = "llama", VocabularySize = 61, Width = 32, FeedForwardWidth = 44, BlockCount = 3,
        HeadCount = 4, KeyValueHeadCount = 4, HeadWidth = 8, ContextLength = 128,
    };

    private static readonly Dictionary<string, TransformerConfiguration> ByName = new()
    {
        ["llama1"] = Llama with { NormEpsilon = 1e-6 },
        ["llama2"] = Llama with { KeyValueHeadCount = 2 },
        ["llama3"] = Llama with { KeyValueHeadCount = 1, RopeTheta = 500000, RopeScaling = new RopeScaling(RopeScalingKind.Llama3, 8, 1, 4, 16) },
        ["llama-linear"] = Llama with { RopeScaling = new RopeScaling(RopeScalingKind.Linear, 4) },
        ["mistral"] = Llama with { Family = "mistral", KeyValueHeadCount = 2, SlidingWindow = 7 },
        ["qwen2"] = Llama with { Family = "qwen2", KeyValueHeadCount = 2, QueryKeyValueBias = true, TiedEmbeddings = true, RopeTheta = 1e6, SlidingWindow = 5, SlidingWindowFirstBlock = 2 },
        ["qwen3"] = Llama with { Family = "qwen3", KeyValueHeadCount = 2, HeadWidth = 12, QueryKeyNorm = true, NormEpsilon = 1e-6, RopeTheta = 1e6 },
        ["smollm"] = Llama with { HeadCount = 9, KeyValueHeadCount = 3, HeadWidth = 4, Width = 36, TiedEmbeddings = true },
        ["tinyllama"] = Llama with { HeadCount = 8, KeyValueHeadCount = 2, HeadWidth = 4 },
        ["biased llama"] = Llama with { QueryKeyValueBias = true, AttentionOutputBias = true, FeedForwardBias = true, Activation = ActivationKind.Gelu },
        ["uneven llama"] = (Llama with { KeyValueHeadCount = 2 }).WithBlockShapes([new(2, 1, 40), new(4, 2, 12), new(1, 1, 44)]),
        ["uneven qwen3"] = (Llama with { Family = "qwen3", KeyValueHeadCount = 2, HeadWidth = 12, QueryKeyNorm = true }).WithBlockShapes([new(4, 2, 16), new(2, 2, 44), new(2, 1, 20)]),
        ["gpt2"] = Llama with
        {
            Family = "gpt2", Rotary = false, Norm = NormKind.Layer, GatedFeedForward = false, Activation = ActivationKind.GeluTanh, FeedForwardWidth = 128,
            QueryKeyValueBias = true, AttentionOutputBias = true, FeedForwardBias = true, TiedEmbeddings = true,
        },
    };

    public static TheoryData<string> Names => [.. ByName.Keys];

    public static TransformerConfiguration Get(string name) => ByName[name];
}
