using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Models;

namespace Sparseland.Language.Checkpoints.Gguf;

/// <summary>What a model looks like, to and from GGUF metadata (keys: ggml, docs/gguf.md). Llama 3's scaling is a tensor of factors there; its figures are also kept under keys of our own.</summary>
internal static class GgufConfiguration
{
    private const int MaxWidth = 1 << 20;
    private const string OwnScaling = "sparseland.rope.llama3.";

    /// <summary>The architectures that are known.</summary>
    public static IReadOnlyList<string> Architectures { get; } = ["llama", "qwen2", "qwen3", "gpt2"];

    /// <summary>Reads the metadata.</summary>
    /// <exception cref="InvalidFileException">A key is missing or out of range.</exception>
    /// <exception cref="UnsupportedException">The architecture or something that would change the arithmetic is not known.</exception>
    public static TransformerConfiguration Read(GgufFile file)
    {
        var architecture = file.Metadata.GetValueOrDefault("general.architecture")?.AsText() ?? throw Fault(file, "general.architecture", "the key is missing");
        if (!Architectures.Contains(architecture))
            throw new UnsupportedException($"{file.File.Path} (general.architecture): the architecture {PrintableName.Of(architecture)} is not known{Suggestion.For(architecture, Architectures)}; known are {string.Join(", ", Architectures)}");
        var keys = new Keys(file, architecture);
        var width = keys.Int("embedding_length", null, 1, MaxWidth);
        var blocks = keys.Int("block_count", null, 1, 10_000);
        var headsOf = keys.Ints("attention.head_count", null, blocks, 1, width);
        var heads = headsOf.Max();
        var keyValueHeadsOf = keys.Ints("attention.head_count_kv", headsOf, blocks, 1, heads);
        var keyValueHeads = keyValueHeadsOf.Max();
        var feedForwardOf = keys.Ints("feed_forward_length", null, blocks, 1, MaxWidth * 8);
        var headWidth = keys.Int("attention.key_length", width / heads, 1, 1 << 14);
        if (headsOf.Zip(keyValueHeadsOf).Any(pair => pair.First % pair.Second != 0) || (long)heads * headWidth > MaxWidth || keys.Int("attention.value_length", headWidth, 1, 1 << 14) != headWidth)
            throw Fault(file, $"{architecture}.attention.head_count", $"{heads} query heads and {keyValueHeads} key heads of {headWidth} do not fit each other");
        var gpt2 = architecture == "gpt2";
        if (!gpt2 && keys.Int("rope.dimension_count", headWidth, 1, 1 << 14) != headWidth)
            throw new UnsupportedException($"{file.File.Path} ({architecture}.rope.dimension_count): rotating part of a head is not known");
        var window = keys.Int("attention.sliding_window", 0, 0, int.MaxValue);
        return new TransformerConfiguration
        {
            Family = architecture == "llama" && window > 0 ? "mistral" : architecture,
            VocabularySize = Rows(file, "token_embd.weight"),
            Width = width,
            FeedForwardWidth = feedForwardOf.Max(),
            BlockCount = blocks,
            HeadCount = heads,
            KeyValueHeadCount = keyValueHeads,
            HeadWidth = headWidth,
            ContextLength = keys.Int("context_length", null, 1, 1 << 28),
            Norm = gpt2 ? NormKind.Layer : NormKind.Rms,
            NormEpsilon = keys.Double(gpt2 ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon", 1e-5, 0, 1),
            Activation = gpt2 ? ActivationKind.GeluTanh : ActivationKind.Silu,
            GatedFeedForward = !gpt2,
            Rotary = !gpt2,
            RopeTheta = keys.Double("rope.freq_base", 10000, 1e-3, 1e15),
            RopeScaling = gpt2 ? null : Scaling(keys, file, headWidth),
            TiedEmbeddings = file.Find("output.weight") is null,
            QueryKeyValueBias = gpt2 || file.Find("blk.0.attn_q.bias") is not null,
            AttentionOutputBias = file.Find("blk.0.attn_output.bias") is not null,
            FeedForwardBias = file.Find("blk.0.ffn_up.bias") is not null,
            QueryKeyNorm = file.Find("blk.0.attn_q_norm.weight") is not null,
            SlidingWindow = window > 0 ? window : null,
            SlidingWindowFirstBlock = window > 0 ? keys.Int("attention.sliding_window_first_block", 0, 0, int.MaxValue) : 0,
            BeginToken = Token(file, "bos"),
            EndTokens = [.. new[] { Token(file, "eos"), Token(file, "eot") }.OfType<int>().Distinct()],
        }.WithBlockShapes([.. Enumerable.Range(0, blocks).Select(block => new BlockShape(headsOf[block], keyValueHeadsOf[block], feedForwardOf[block]))]);
    }

    /// <summary>The metadata of a model, without the tokenizer's.</summary>
    public static List<KeyValuePair<string, GgufValue>> Write(TransformerConfiguration configuration, string name, uint fileType)
    {
        var architecture = configuration.Family == "mistral" ? "llama" : configuration.Family;
        var list = new List<KeyValuePair<string, GgufValue>>();
        Add("general.architecture", GgufValue.Of(architecture));
        Add("general.name", GgufValue.Of(name));
        Add("general.file_type", GgufValue.Of(fileType));
        Add("general.quantization_version", GgufValue.Of(2u));
        Number("context_length", configuration.ContextLength);
        Number("embedding_length", configuration.Width);
        Number("block_count", configuration.BlockCount);
        PerBlock("feed_forward_length", shape => shape.FeedForwardWidth);
        PerBlock("attention.head_count", shape => shape.HeadCount);
        PerBlock("attention.head_count_kv", shape => shape.KeyValueHeadCount);
        Number("attention.key_length", configuration.HeadWidth);
        Number("attention.value_length", configuration.HeadWidth);
        Number("vocab_size", configuration.VocabularySize);
        Single(configuration.Norm == NormKind.Layer ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon", configuration.NormEpsilon);
        if (configuration.Rotary)
        {
            Number("rope.dimension_count", configuration.HeadWidth);
            Single("rope.freq_base", configuration.RopeTheta);
            AddScaling(list, architecture, configuration.RopeScaling);
        }
        if (configuration.SlidingWindow is { } window)
        {
            Number("attention.sliding_window", window);
            if (configuration.SlidingWindowFirstBlock > 0)
                Number("attention.sliding_window_first_block", configuration.SlidingWindowFirstBlock);
        }
        return list;

        void Add(string key, GgufValue value) => list.Add(new(key, value));

        void Number(string key, int value) => Add($"{architecture}.{key}", GgufValue.Of((uint)value));

        // One number for all blocks, or an array where they differ.
        void PerBlock(string key, Func<BlockShape, int> of)
        {
            if (configuration.BlockShapes is { } shapes)
                Add($"{architecture}.{key}", GgufValue.Of(shapes.Select(of).ToArray()));
            else
                Number(key, of(configuration.ShapeOf(0)));
        }

        void Single(string key, double value) => Add($"{architecture}.{key}", GgufValue.Of((float)value));
    }

    /// <summary>
    /// Llama 3.1's scaling as factors by which each rotary frequency is divided: 1 for wavelengths below original / high, the whole factor above original / low, blended between
    /// (transformers, modeling_rope_utils, "llama3").
    /// </summary>
    public static float[] Factors(RopeScaling scaling, double theta, int headWidth)
    {
        var factors = new float[headWidth / 2];
        for (var i = 0; i < factors.Length; i++)
        {
            var wavelength = 2 * Math.PI * Math.Pow(theta, 2.0 * i / headWidth);
            var smooth = (scaling.OriginalContext / wavelength - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
            factors[i] = (float)(1 / double.Lerp(1 / scaling.Factor, 1, Math.Clamp(smooth, 0, 1)));
        }
        return factors;
    }

    private static void AddScaling(List<KeyValuePair<string, GgufValue>> list, string architecture, RopeScaling? scaling)
    {
        if (scaling is { Kind: RopeScalingKind.Linear })
        {
            list.Add(new($"{architecture}.rope.scaling.type", GgufValue.Of("linear")));
            list.Add(new($"{architecture}.rope.scaling.factor", GgufValue.Of((float)scaling.Factor)));
        }
        else if (scaling is { Kind: RopeScalingKind.Llama3 })
        {
            list.Add(new(OwnScaling + "factor", GgufValue.Of((float)scaling.Factor)));
            list.Add(new(OwnScaling + "low_freq_factor", GgufValue.Of((float)scaling.LowFrequencyFactor)));
            list.Add(new(OwnScaling + "high_freq_factor", GgufValue.Of((float)scaling.HighFrequencyFactor)));
            list.Add(new(OwnScaling + "original_context", GgufValue.Of((uint)scaling.OriginalContext)));
        }
    }

    private static RopeScaling? Scaling(Keys keys, GgufFile file, int headWidth)
    {
        var kind = file.Metadata.GetValueOrDefault(keys.Full("rope.scaling.type"))?.AsText() ?? "none";
        if (kind == "linear")
            return new(RopeScalingKind.Linear, keys.Double("rope.scaling.factor", null, 1e-3, 1e6));
        if (kind != "none")
            throw new UnsupportedException($"{file.File.Path} ({keys.Full("rope.scaling.type")}): the rotary scaling {PrintableName.Of(kind)} is not known; known are none, linear and Llama 3's factors");
        if (file.Find(GgufNames.RopeFactors) is not { } tensor)
            return null;
        var own = new Keys(file, OwnScaling.TrimEnd('.'));
        var factors = new DenseSource(file.File, tensor.Name, tensor.Offset, tensor.Name, tensor.Shape, tensor.Element, tensor.ByteCount).LoadTensor().Span.ToArray();
        // Other writers keep the factors alone: the largest is the factor, and the rest is what every published Llama 3 has.
        var scaling = new RopeScaling(
            RopeScalingKind.Llama3, own.Double("factor", factors.Length == 0 ? 1 : Math.Clamp(factors.Max(), 1e-3, 1e6), 1e-3, 1e6), own.Double("low_freq_factor", 1, 1e-6, 1e6),
            own.Double("high_freq_factor", 4, 1e-6, 1e6), own.Int("original_context", 8192, 1, 1 << 28));
        var expected = Factors(scaling, keys.Double("rope.freq_base", 10000, 1e-3, 1e15), headWidth);
        var matches = factors.Length == expected.Length && factors.Zip(expected).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-3 * pair.Second);
        return matches ? scaling : throw new UnsupportedException($"{file.File.Path} ({GgufNames.RopeFactors}): these rotary factors are not Llama 3's, and no others are known");
    }

    private static int Rows(GgufFile file, string name) => file.Find(name) is { Shape.Rank: 2 } tensor
        ? tensor.Shape[0]
        : throw Fault(file, name, "the tensor is missing or no matrix");

    private static int? Token(GgufFile file, string name) => file.Metadata.GetValueOrDefault($"tokenizer.ggml.{name}_token_id")?.AsInt64() is { } id and >= 0 and <= int.MaxValue ? (int)id : null;

    private static InvalidFileException Fault(GgufFile file, string place, string problem) => new(file.File.Path, place, problem, "is it a language model, and is it whole?");

    /// <summary>The keys of an architecture, typed and ranged.</summary>
    private readonly struct Keys(GgufFile file, string prefix)
    {
        public string Full(string name) => $"{prefix}.{name}";

        public int Int(string name, int? absent, int least, int most)
        {
            if (!file.Metadata.TryGetValue(Full(name), out var value))
                return absent ?? throw Fault(file, Full(name), "the key is missing");
            // Some writers give one number per block; equal ones are one number.
            var number = value.AsInt64() ?? (value.AsInt32s() is { Count: > 0 } list && list.All(entry => entry == list[0]) ? list[0] : null);
            return number >= least && number <= most ? (int)number : throw Fault(file, Full(name), $"a whole number from {least} to {most} is expected, the same for all blocks");
        }

        /// <summary>A number for every block: one for all, or an array of one each.</summary>
        public int[] Ints(string name, int[]? absent, int blocks, int least, int most)
        {
            if (!file.Metadata.TryGetValue(Full(name), out var value))
                return absent ?? throw Fault(file, Full(name), "the key is missing");
            var numbers = value.AsInt32s() is { } list ? [.. list] : value.AsInt64() is { } one and >= int.MinValue and <= int.MaxValue ? Enumerable.Repeat((int)one, blocks).ToArray() : [];
            return numbers.Length == blocks && numbers.All(number => number >= least && number <= most)
                ? numbers
                : throw Fault(file, Full(name), $"a whole number from {least} to {most} is expected, one for all or one for each of the {blocks} blocks");
        }

        public double Double(string name, double? absent, double least, double most)
        {
            if (!file.Metadata.TryGetValue(Full(name), out var value))
                return absent ?? throw Fault(file, Full(name), "the key is missing");
            return value.AsDouble() is { } number && number >= least && number <= most ? number : throw Fault(file, Full(name), $"a number from {least} to {most} is expected");
        }
    }
}
