using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Sparseland.Language.Stories;
using Sparseland.Language.Tokenizers;

namespace Sparseland.Cli.Tests;

/// <summary>Damaged files and wrong settings through the real command line: one line that names the file, the place and the way out, exit code 2, and nothing written.</summary>
public sealed class BadInputTests : IDisposable
{
    private const string Query = "model.layers.0.self_attn.q_proj.weight";
    private const string Key = "model.layers.0.self_attn.k_proj.weight";

    private static readonly Dictionary<string, Case> Cases = new()
    {
        ["truncated weights"] = new(model => Change(model, SmallModel.Weights, bytes => bytes[..^1000]), "inspect", SmallModel.Weights),
        ["weights cut in the header"] = new(model => Change(model, SmallModel.Weights, bytes => bytes[..100]), "inspect", SmallModel.Weights),
        ["empty weights"] = new(model => Change(model, SmallModel.Weights, _ => []), "inspect", SmallModel.Weights),
        ["a header that is no JSON"] = new(model => Change(model, SmallModel.Weights, bytes => Overwrite(bytes, 8, "hello"u8)), "inspect", SmallModel.Weights),
        ["a header longer than the file"] = new(model => Change(model, SmallModel.Weights, bytes => Overwrite(bytes, 0, [0, 0, 0, 0, 1, 0, 0, 0])), "inspect", SmallModel.Weights),
        ["a shape beyond all memory"] = new(model => Header(model, header => header[Query]!["shape"] = new JsonArray(1L << 40, 1L << 40)), "inspect", Query),
        ["overlapping tensors"] = new(model => Header(model, header => header[Query]!["data_offsets"] = header[Key]!["data_offsets"]!.DeepClone()), "inspect", "q_proj"),
        ["a missing tensor"] = new(model => Header(model, header =>
        {
            header["stray"] = header[Query]!.DeepClone();
            header.Remove(Query);
        }), "inspect", Query),
        ["a tensor of another shape"] = new(model => Header(model, header => header[Query]!["shape"] = new JsonArray(16, 64)), "inspect", Query),
        ["a shard outside the folder"] = new(Outside, "inspect", "../secret.safetensors"),
        ["a shard that is not there"] = new(model => Index(model, "model-00001-of-00002.safetensors"), "inspect", "model-00001-of-00002.safetensors"),
        ["a weight that is NaN"] = new(model => Weight(model, float.NaN), "eval", $"{Query}|row 0, column 3", "--text", "TEXT"),
        ["a weight that is infinite"] = new(model => Weight(model, float.NegativeInfinity), "prune", $"{Query}|row 0, column 3", "-o", "OUT", "--calib", "TEXT", "--recover", "0", "--length", "64"),
        ["no configuration"] = new(model => File.Delete(Path.Combine(model, "config.json")), "inspect", "config.json"),
        ["a configuration that is no JSON"] = new(model => Change(model, "config.json", bytes => bytes[..20]), "inspect", "config.json"),
        ["an unknown architecture"] = new(model => Replace(model, "config.json", "\"llama\"", "\"mamba\""), "inspect", "mamba|llama"),
        ["more blocks than there are tensors"] = new(model => Replace(model, "config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 2000000000"), "inspect", "2000000000"),
        ["no tokenizer"] = new(model => File.Delete(Path.Combine(model, "tokenizer.json")), "run", "tokenizer", "PROMPT"),
        ["a tokenizer that is no JSON"] = new(model => Change(model, "tokenizer.json", bytes => bytes[..50]), "run", "tokenizer.json", "PROMPT"),
        ["a tokenizer of an unknown kind"] = new(model => Replace(model, "tokenizer.json", "\"BPE\"", "\"Letters\""), "run", "tokenizer.json|Letters|BPE", "PROMPT"),
        ["a tokenizer of another model"] = new(Tokenizer, "run", "ids|belong together", "PROMPT"),
        ["a tokenizer of another model, to prune"] = new(Tokenizer, "prune", "ids|belong together", "-o", "OUT", "--calib", "TEXT"),
        ["a sparsity of 1.2"] = new(Nothing, "prune", "1.2", "-o", "OUT", "--pattern", "unstructured", "--sparsity", "1.2"),
        ["a sparsity below zero"] = new(Nothing, "prune", "-0.1", "-o", "OUT", "--pattern", "unstructured", "--sparsity=-0.1"),
        ["a group that does not divide the rows"] = new(Nothing, "prune", "5:9", "-o", "OUT", "--pattern", "5:9", "--calib", "TEXT"),
        ["a block that does not divide the rows"] = new(Nothing, "prune", "block", "-o", "OUT", "--pattern", "block:1x7", "--sparsity", "0.5", "--calib", "TEXT"),
        ["an empty calibration text"] = new(model => Change(model, SmallModel.Text, _ => []), "prune", SmallModel.Text, "-o", "OUT", "--calib", "TEXT"),
        ["a calibration text of spaces"] = new(model => Change(model, SmallModel.Text, _ => "  \n "u8.ToArray()), "prune", SmallModel.Text, "-o", "OUT", "--calib", "TEXT"),
        ["a calibration text shorter than a window"] = new(model => Change(model, SmallModel.Text, _ => "Tom."u8.ToArray()), "prune", SmallModel.Text, "-o", "OUT", "--calib", "TEXT"),
        ["no calibration text"] = new(model => File.Delete(Path.Combine(model, SmallModel.Text)), "prune", SmallModel.Text, "-o", "OUT", "--calib", "TEXT"),
        ["an empty evaluation text"] = new(model => Change(model, SmallModel.Text, _ => []), "eval", SmallModel.Text, "--text", "TEXT"),
        ["an output folder that exists"] = new(model => Directory.CreateDirectory(Path.Combine(model, "out")), "prune", "exists|--force", "-o", "OUT"),
        ["an output folder that exists, to convert"] = new(model => File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(model, "out")).FullName, "old"), ""), "convert", "exists", "-o", "OUT"),
        ["an output folder that is a file"] = new(model => File.WriteAllText(Path.Combine(model, "out"), ""), "prune", "exists", "-o", "OUT"),
        ["the model as its own output"] = new(Nothing, "prune", "the model itself", "-o", "MODEL", "--force"),
        ["a recipe that is no JSON"] = new(model => File.WriteAllText(Path.Combine(model, "recipe.json"), "{"), "prune", "recipe.json", "-o", "OUT", "--recipe", "MODEL/recipe.json"),
        ["a recipe with an unknown field"] = new(model => File.WriteAllText(Path.Combine(model, "recipe.json"), """{"sparsty": 0.5}"""), "prune", "recipe.json|sparsty", "-o", "OUT", "--recipe", "MODEL/recipe.json"),
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland-bad").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Each_gets_one_line_that_names_it_and_exit_code_2()
    {
        var whole = SmallModel.Write(Path.Combine(_folder, "whole"));
        Assert.Equal(0, Tool.Run("inspect", whole).Code);
        var faults = new System.Collections.Concurrent.ConcurrentBag<string>();
        Parallel.ForEach(Cases.Index(), entry =>
        {
            var model = SmallModel.Copy(whole, Path.Combine(_folder, $"model-{entry.Index}"));
            if (entry.Item.Value.Fault(model) is { } fault)
                faults.Add($"{entry.Item.Key}: {fault}");
        });
        Assert.True(faults.IsEmpty, string.Join('\n', faults.Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("model.bin")]
    [InlineData("model.gguf")]
    public void A_single_file_that_is_cut_short_or_no_model_is_named(string name)
    {
        var model = SmallModel.Write(Path.Combine(_folder, "whole"));
        var file = Path.Combine(_folder, name);
        if (name.EndsWith(".gguf", StringComparison.Ordinal))
            Assert.Equal(0, Tool.Run("convert", model, "-o", file, "-q").Code);
        else
            File.WriteAllBytes(file, Llama2C());
        foreach (var bytes in new[] { File.ReadAllBytes(file)[..^100], [], "no model at all"u8.ToArray(), File.ReadAllBytes(file)[..20] })
        {
            File.WriteAllBytes(file, bytes);
            var (code, output, errors) = Tool.Run("inspect", file);
            Assert.Equal((2, ""), (code, output));
            Assert.Contains(file, Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        }
    }

    // A header of llama2.c (width 4, feed-forward 8, one block, two heads, one for keys, five ids, three positions) and too few weights.
    private static byte[] Llama2C() => [.. new[] { 4, 8, 1, 2, 1, 5, 3 }.SelectMany(BitConverter.GetBytes), .. new byte[400]];

    private static void Nothing(string model)
    {
    }

    private static void Change(string model, string file, Func<byte[], byte[]> change)
    {
        var path = Path.Combine(model, file);
        File.WriteAllBytes(path, change(File.ReadAllBytes(path)));
    }

    private static void Replace(string model, string file, string old, string now)
    {
        var path = Path.Combine(model, file);
        var text = File.ReadAllText(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(old, now, StringComparison.Ordinal));
    }

    private static byte[] Overwrite(byte[] bytes, int place, ReadOnlySpan<byte> now)
    {
        now.CopyTo(bytes.AsSpan(place));
        return bytes;
    }

    private static void Header(string model, Action<JsonObject> change) => Change(model, SmallModel.Weights, bytes =>
    {
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var header = JsonNode.Parse(bytes.AsSpan(8, length))!.AsObject();
        change(header);
        var written = Encoding.UTF8.GetBytes(header.ToJsonString());
        var size = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(size, (ulong)written.Length);
        return [.. size, .. written, .. bytes.AsSpan(8 + length)];
    });

    private static void Weight(string model, float value) => Change(model, SmallModel.Weights, bytes =>
    {
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var start = JsonNode.Parse(bytes.AsSpan(8, length))![Query]!["data_offsets"]![0]!.GetValue<int>();
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(8 + length + start + 3 * sizeof(float)), value);
        return bytes;
    });

    private static void Outside(string model)
    {
        File.Copy(Path.Combine(model, SmallModel.Weights), Path.Combine(model, "..", "secret.safetensors"), overwrite: true);
        Index(model, "../secret.safetensors");
    }

    private static void Index(string model, string shard)
    {
        File.Delete(Path.Combine(model, SmallModel.Weights));
        File.WriteAllText(Path.Combine(model, "model.safetensors.index.json"), $$$"""{"metadata":{},"weight_map":{"{{{Query}}}":"{{{shard}}}"}}""");
    }

    private static void Tokenizer(string model) => BytePairTrainer.Train(StoryCorpus.Texts(5, 0, 30), new BytePairTrainerOptions { VocabularySize = 600 }).Save(model);

    /// <summary>A way to go wrong.</summary>
    /// <param name="Spoil">Damages a whole model.</param>
    /// <param name="Verb">What is then asked for; MODEL, OUT, TEXT and PROMPT in the arguments are filled in.</param>
    /// <param name="Names">What the line must say, parts between bars.</param>
    /// <param name="Arguments">After the model.</param>
    private sealed record Case(Action<string> Spoil, string Verb, string Names, params string[] Arguments)
    {
        /// <summary>What is wrong with the answer, or null.</summary>
        public string? Fault(string model)
        {
            Spoil(model);
            var before = Directory.GetFileSystemEntries(model).Order(StringComparer.Ordinal).ToList();
            var arguments = Arguments.Select(argument => argument switch
            {
                "OUT" => Path.Combine(model, "out"),
                "TEXT" => Path.Combine(model, SmallModel.Text),
                "PROMPT" => "Tom",
                _ => argument.Replace("MODEL", model, StringComparison.Ordinal),
            });
            var (code, output, errors) = Tool.Run([Verb, model, .. arguments, "-q"]);
            if (code != 2 || output.Length > 0 || errors.TrimEnd('\n').Contains('\n', StringComparison.Ordinal) || errors.Contains("   at ", StringComparison.Ordinal))
                return $"exit code {code}, output '{output}', errors '{errors}'";
            var missing = Names.Split('|').Where(name => !errors.Contains(name, StringComparison.Ordinal)).ToList();
            if (missing.Count > 0)
                return $"'{string.Join("', '", missing)}' is not named in: {errors}";
            return before.SequenceEqual(Directory.GetFileSystemEntries(model).Order(StringComparer.Ordinal)) ? null : "something was written";
        }
    }
}
