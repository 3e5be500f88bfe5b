using System.Buffers.Binary;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints;

/// <summary>
/// Reads the files of llama2.c (github.com/karpathy/llama2.c, export.py): v0, a header of seven int32 and float32 weights; v1, a header of 256 bytes that begins with "ak42".
/// Weights lie kind by kind, each kind for all blocks; rotary pairs lie side by side and are moved into halves.
/// </summary>
internal static class Llama2CReader
{
    private const uint Magic = 0x616b3432;
    private const int HeaderBytes = 28;
    private const int Version1HeaderBytes = 256;
    private const int MaxExtent = 1 << 24;

    /// <summary>Whether the file begins like v1 or later.</summary>
    public static bool HasMagic(MappedFile file) => file.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(file.Slice(0, 4)) == Magic;

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidFileException">It is truncated or no such file.</exception>
    /// <exception cref="UnsupportedException">Version 2 (int8) or later.</exception>
    public static Checkpoint Open(MappedFile file)
    {
        if (file.Length < HeaderBytes)
            throw Fault(file, "byte 0", $"a header of {HeaderBytes} bytes is expected and the file has {file.Length}");
        var isVersion1 = HasMagic(file);
        if (isVersion1 && BinaryPrimitives.ReadInt32LittleEndian(file.Slice(4, 4)) is var version && version != 1)
            throw new UnsupportedException($"{file.Path}: llama2.c version {version} is not known; known are 0 and 1 (export with --version 1)");
        if (isVersion1 && file.Length < Version1HeaderBytes)
            throw Fault(file, "byte 0", $"a header of {Version1HeaderBytes} bytes is expected and the file has {file.Length}");
        var configuration = ReadConfiguration(file, isVersion1 ? 8 : 0, isVersion1);
        var walk = new Walk(file, configuration, isVersion1 ? Version1HeaderBytes : HeaderBytes);
        if (isVersion1)
            walk.Version1();
        else
            walk.Version0();
        if (walk.Offset != file.Length)
            throw Fault(file, $"byte {Math.Min(walk.Offset, file.Length)}", $"a model of these extents has {walk.Offset} bytes and the file {file.Length}");
        return new(file.Path, "llama2.c", configuration, walk.Sources) { TokenizerPath = FindTokenizer(file.Path) };
    }

    private static TransformerConfiguration ReadConfiguration(MappedFile file, int start, bool isVersion1)
    {
        var numbers = new int[7];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = BinaryPrimitives.ReadInt32LittleEndian(file.Slice(start + 4 * i, 4));
        var (width, feedForward, blocks, heads, keyValueHeads, vocabulary, context) = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]);
        // v0 says by a negative vocabulary that the head is a matrix of its own; v1 has a byte for it.
        var tied = isVersion1 ? file.Slice(start + HeaderBytes, 1)[0] != 0 : vocabulary > 0;
        vocabulary = isVersion1 ? vocabulary : vocabulary == int.MinValue ? 0 : Math.Abs(vocabulary);
        var sane = width is > 0 and <= MaxExtent && feedForward is > 0 and <= MaxExtent && blocks is > 0 and <= 10_000 && vocabulary is > 0 and <= MaxExtent && context is > 0 and <= MaxExtent
            && heads > 0 && keyValueHeads > 0 && width % heads == 0 && heads % keyValueHeads == 0 && width / heads % 2 == 0;
        if (!sane)
            throw Fault(file, $"byte {start}", $"the header (width {width}, hidden {feedForward}, layers {blocks}, heads {heads} and {keyValueHeads}, vocabulary {vocabulary}, context {context}) is not that of a model");
        return new()
        {
            Family = "llama",
            VocabularySize = vocabulary,
            Width = width,
            FeedForwardWidth = feedForward,
            BlockCount = blocks,
            HeadCount = heads,
            KeyValueHeadCount = keyValueHeads,
            HeadWidth = width / heads,
            ContextLength = context,
            TiedEmbeddings = tied,
            BeginToken = 1,
            // Texts were trained as "begin text, begin text": a begin token ends a text as well as the end token does.
            EndTokens = [1, 2],
        };
    }

    // Beside the model: tok512.bin for its vocabulary first, then any single tok*.bin, then the common names.
    private static string? FindTokenizer(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (folder is null || !Directory.Exists(folder))
            return null;
        var own = Directory.GetFiles(folder, "tok*.bin").Where(candidate => Path.GetFullPath(candidate) != Path.GetFullPath(path)).Order(StringComparer.Ordinal).ToArray();
        if (own.Length > 0)
            return own.Length == 1 ? own[0] : own.FirstOrDefault(candidate => Path.GetFileName(candidate) == "tokenizer.bin") ?? own[0];
        return new[] { "tokenizer.model", "tokenizer.json" }.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }

    private static InvalidFileException Fault(MappedFile file, string place, string problem) => new(file.Path, place, problem, "is it a llama2.c model, and is it whole?");

    /// <summary>Goes through the weights in the file's order and notes where each tensor lies.</summary>
    private sealed class Walk(MappedFile file, TransformerConfiguration configuration, long start)
    {
        public readonly List<TensorSource> Sources = [];
        public long Offset = start;

        public void Version0()
        {
            Add(TensorNames.Embedding, new(configuration.VocabularySize, configuration.Width));
            Norms(TensorNames.AttentionNorm);
            Attention();
            Norms(TensorNames.FeedForwardNorm);
            FeedForward();
            Add(TensorNames.FinalNorm, new(configuration.Width));
            // Tables of cosines and sines, [context, head width / 2] each, which are computed instead.
            Offset += (long)configuration.ContextLength * configuration.HeadWidth * sizeof(float);
            Head();
        }

        public void Version1()
        {
            Norms(TensorNames.AttentionNorm);
            Norms(TensorNames.FeedForwardNorm);
            Add(TensorNames.FinalNorm, new(configuration.Width));
            Add(TensorNames.Embedding, new(configuration.VocabularySize, configuration.Width));
            Attention();
            FeedForward();
            Head();
        }

        private void Attention()
        {
            Projections("self_attn.q_proj", paired: true);
            Projections("self_attn.k_proj", paired: true);
            Projections("self_attn.v_proj");
            Projections("self_attn.o_proj");
        }

        private void FeedForward()
        {
            Projections("mlp.gate_proj");
            Projections("mlp.down_proj");
            Projections("mlp.up_proj");
        }

        private void Head()
        {
            if (!configuration.TiedEmbeddings)
                Add(TensorNames.Head, new(configuration.VocabularySize, configuration.Width));
        }

        private void Norms(string part)
        {
            for (var block = 0; block < configuration.BlockCount; block++)
                Add(TensorNames.Weight(block, part), new(configuration.Width));
        }

        private void Projections(string projection, bool paired = false)
        {
            for (var block = 0; block < configuration.BlockCount; block++)
                Add(TensorNames.Weight(block, projection), TensorCatalog.ProjectionShape(configuration, block, projection), paired ? new StoredRows.InterleavedPairs(configuration.HeadWidth) : null);
        }

        private void Add(string name, Shape shape, StoredRows? rows = null)
        {
            var bytes = shape.Length * sizeof(float);
            if (Offset > file.Length || bytes > file.Length - Offset)
                throw Fault(file, $"byte {Math.Min(Offset, file.Length)}", $"the weights {name} need {bytes} bytes and {Math.Max(0, file.Length - Offset)} are left");
            Sources.Add(new DenseSource(file, name, Offset, name, shape, ElementType.Float32, bytes, rows));
            Offset += bytes;
        }
    }
}
