using System.IO.Compression;
using System.Text;
using Sparseland.Chance;
using Sparseland.Files;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Checkpoints.Gguf;
using Sparseland.Language.Models;
using Sparseland.Language.Tokenizers;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Fuzzing;

/// <summary>Every reader of files from outside, each with small seeds made in memory. A new reader is one line.</summary>
internal static class FuzzTargets
{
    private static readonly TransformerConfiguration Model = new()
    {
        Family = "llama", VocabularySize = 9, Width = 8, FeedForwardWidth = 16, BlockCount = 1, HeadCount = 2, KeyValueHeadCount = 1, HeadWidth = 4, ContextLength = 16, BeginToken = 1, EndTokens = [2],
    };

    private static readonly TransformerConfiguration Gpt2 = Model with
    {
        Family = "gpt2", KeyValueHeadCount = 2, Norm = NormKind.Layer, Activation = ActivationKind.GeluTanh, GatedFeedForward = false, Rotary = false, TiedEmbeddings = true,
        QueryKeyValueBias = true, AttentionOutputBias = true, FeedForwardBias = true,
    };

    /// <summary>The readers.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("safetensors", [Weights(Model, null), Weights(Gpt2, null)], bytes => ReadSafetensors(bytes, Model)),
        new("safetensors-gpt2", [Weights(Gpt2, null)], bytes => ReadSafetensors(bytes, Gpt2)),
        new("safetensors-packed", [Weights(Model, "bitmap"), Weights(Model, "csr"), Weights(Model, "2:4"), Weights(Model, "block 1x8"), Weights(Model, "bitmap", ElementType.Int8)], bytes => ReadSafetensors(bytes, Model)),
        new("gguf", [Gguf(ElementType.Float32), Gguf(ElementType.BFloat16)], ReadGguf),
        new("llama2c", [Llama2C(0), Llama2C(1)], ReadLlama2C),
        new("config", [Configuration(Model), Configuration(Gpt2), Configuration(Model with { Family = "qwen2", QueryKeyValueBias = true, SlidingWindow = 5, RopeScaling = new(RopeScalingKind.Llama3, 8) })], bytes => ConfigurationReader.Read("config.json", bytes, bytes)),
        new("index", [Encoding.UTF8.GetBytes("""{"metadata":{"total_size":12},"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}}""")], bytes => SafetensorsFolder.ReadIndex("index.json", bytes)),
        new("npy", [Npy(NumpyType.Float32), Npy(NumpyType.Float64)], bytes => NumpyFile.Read(MappedFile.FromBytes("a.npy", bytes)).ToTensor()),
        new("npz", [Npz()], bytes => NumpyFile.ReadArchive(MappedFile.FromBytes("a.npz", bytes)), BytesPerByte: 2000),
        new("tokenizer", [TokenizerJson(), ByteFallbackJson(), UnigramJson(), WordPieceJson()], ReadTokenizer, BytesPerByte: 2000),
    ];

    private static void ReadSafetensors(byte[] bytes, TransformerConfiguration configuration) =>
        Use(HuggingFaceReader.Open("model.safetensors", ".", configuration, SafetensorsFile.Open(MappedFile.FromBytes("model.safetensors", bytes))));

    private static void ReadGguf(byte[] bytes) => Use(GgufCheckpoint.Open(MappedFile.FromBytes("model.gguf", bytes)));

    private static void ReadLlama2C(byte[] bytes) => Use(Llama2CReader.Open(MappedFile.FromBytes("/nowhere/model.bin", bytes)));

    private static void ReadTokenizer(byte[] bytes)
    {
        var tokenizer = Tokenizer.Parse("tokenizer.json", bytes);
        tokenizer.Decode(tokenizer.Encode("a bc  d 🐙"));
    }

    // Loads every tensor and multiplies by every matrix: what the header check let through must be safe to compute with.
    private static void Use(Checkpoint checkpoint)
    {
        foreach (var tensor in checkpoint.Tensors)
        {
            if (tensor.Shape.Length > 1 << 16)
                continue;
            checkpoint.LoadTensor(tensor.Name);
            if (tensor.Shape.Rank != 2)
                continue;
            var matrix = checkpoint.LoadMatrix(tensor.Name);
            matrix.Multiply(new float[matrix.Columns], new float[matrix.Rows]);
        }
    }

    private static byte[] Weights(TransformerConfiguration configuration, string? layout, ElementType element = ElementType.Float32)
    {
        var folder = Directory.CreateTempSubdirectory("sparseland-fuzz").FullName;
        try
        {
            var writer = new CheckpointWriter(folder, configuration);
            writer.WritePart("all", [.. TensorCatalog.For(configuration).Select(tensor => Weight(tensor, layout, element))]);
            writer.Complete();
            return File.ReadAllBytes(Path.Combine(folder, SafetensorsFolder.SingleFile));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static CheckpointWeight Weight(CatalogTensor tensor, string? layout, ElementType element)
    {
        var numbers = new Tensor<float>(tensor.Shape);
        new RandomStream(2, tensor.Name).FillNormal(numbers.Span);
        if (layout is null || !tensor.Name.EndsWith("_proj.weight", StringComparison.Ordinal))
            return CheckpointWeight.Dense(tensor.Name, numbers, ElementType.Float32);
        var mask = new Mask(tensor.Shape[0], tensor.Shape[1]);
        for (var row = 0; row < mask.Rows; row++)
            for (var column = 0; column < mask.Columns; column++)
                mask[row, column] = layout.StartsWith("block", StringComparison.Ordinal) ? (row + column / 8) % 2 == 0 : (row + column) % 2 == 0;
        return CheckpointWeight.Of(tensor.Name, MatrixLayoutFactory.Create(layout, element, numbers.Matrix, mask));
    }

    private static byte[] Gguf(ElementType element)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("sparseland-fuzz").FullName, "model.gguf");
        try
        {
            var metadata = GgufConfiguration.Write(Model, "model", 0);
            metadata.Add(new("tokenizer.ggml.tokens", GgufValue.Of(["a", "b", "c"])));
            metadata.Add(new("tokenizer.ggml.scores", GgufValue.Of([0f, 1, 2])));
            var entries = TensorCatalog.For(Model).Select(tensor => new GgufEntry(GgufNames.FromCanonical(tensor.Name), tensor.Shape, tensor.Shape.Rank < 2 ? ElementType.Float32 : element)).ToList();
            using (var writer = new GgufWriter(path, metadata, entries))
            {
                foreach (var entry in entries)
                    writer.Append(entry.Name, new byte[entry.ByteCount]);
                writer.Complete();
            }
            return File.ReadAllBytes(path);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    /// <summary>A llama2.c file of one block, width 4: v0 with a head of its own, v1 with a tied one.</summary>
    public static byte[] Llama2C(int version)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        if (version == 1)
        {
            writer.Write(0x616b3432u);
            writer.Write(1);
        }
        foreach (var number in new[] { 4, 8, 1, 2, 1, version == 0 ? -5 : 5, 3 })
            writer.Write(number);
        if (version == 1)
        {
            writer.Write((byte)1);
            writer.Write(new byte[256 - stream.Length]);
        }
        var weights = 5 * 4 + 4 + 16 + 8 + 8 + 16 + 4 + 3 * 32 + 4 + (version == 0 ? 3 * 2 + 5 * 4 : 0);
        for (var i = 0; i < weights; i++)
            writer.Write(i * 0.01f);
        return stream.ToArray();
    }

    private static byte[] Configuration(TransformerConfiguration configuration) => ConfigurationWriter.Write(configuration, storedType: "bfloat16");

    private static byte[] Npy(NumpyType type) => type == NumpyType.Float32 ? NumpyFile.Encode<float>(type, [2, 3], [1, 2, 3, 4, 5, 6]) : NumpyFile.Encode<double>(type, [3], [1, 2, 3]);

    private static byte[] Npz()
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in new[] { "a.npy", "b.npy" })
            {
                using var content = archive.CreateEntry(name).Open();
                content.Write(Npy(NumpyType.Float32));
            }
        }
        return stream.ToArray();
    }

    private static byte[] TokenizerJson() => Encoding.UTF8.GetBytes("""
        {"version":"1.0","added_tokens":[{"id":0,"content":"<s>","special":true,"single_word":false,"lstrip":false,"rstrip":false,"normalized":false}],"normalizer":{"type":"NFC"},
        "pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\\p{L}+|\\p{N}{1,3}|\\s+"},"behavior":"Isolated","invert":false},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}]},
        "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{"<s>":{"id":"<s>","ids":[0],"tokens":["<s>"]}}},
        "decoder":{"type":"ByteLevel"},"model":{"type":"BPE","dropout":null,"unk_token":null,"fuse_unk":false,"byte_fallback":false,"vocab":{"<s>":0,"a":1,"b":2,"c":3,"bc":4,"Ġ":5,"d":6},"merges":["b c"]}}
        """);

    private static byte[] ByteFallbackJson() => Encoding.UTF8.GetBytes("""
        {"added_tokens":[],"normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]},"pre_tokenizer":null,
        "post_processor":null,"decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
        "model":{"type":"BPE","unk_token":"<unk>","byte_fallback":true,"vocab":{"<unk>":0,"<0x61>":1,"▁":2,"a":3,"b":4,"▁a":5},"merges":[["▁","a"]]}}
        """);

    private static byte[] UnigramJson() => Encoding.UTF8.GetBytes($$"""
        {"added_tokens":[],"normalizer":{"type":"Precompiled","precompiled_charsmap":"{{Convert.ToBase64String(CharacterMap())}}"},
        "pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true},"post_processor":null,"decoder":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true},
        "model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0.0],["▁",-2.0],["a",-3.5],["▁a",-3.0],["d",-4.0]],"byte_fallback":false} }
        """);

    // Turns 'b' into "a": the root, a node for 'b' at its code (offset 0 of the root), its leaf one place on (offset 1).
    private static byte[] CharacterMap()
    {
        var units = new uint['b' + 2];
        units['b'] = (1 << 10) | (1 << 8) | 'b';
        units['b' ^ 1] = 1u << 31;
        return [.. BitConverter.GetBytes(units.Length * sizeof(uint)), .. units.SelectMany(BitConverter.GetBytes), (byte)'a', 0];
    }

    private static byte[] WordPieceJson() => Encoding.UTF8.GetBytes("""
        {"added_tokens":[],"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},
        "post_processor":null,"decoder":{"type":"WordPiece","prefix":"##","cleanup":true},
        "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"[UNK]":0,"a":1,"b":2,"##c":3,"d":4} }}
        """);
}
