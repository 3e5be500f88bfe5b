using Sparseland.Chance;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Language.Tests.Models;

namespace Sparseland.Language.Tests.Pruning;

/// <summary>A tiny random model, calibration sequences, and a folder that goes when the test ends.</summary>
internal sealed class PruningFixture : IDisposable
{
    public PruningFixture(string architecture = "llama2", int sequences = 6, int length = 20, int blocks = 3)
    {
        Configuration = Architectures.Get(architecture) with { BlockCount = blocks };
        Checkpoint = InMemoryCheckpoint.Random(Configuration);
        Calibration = Sequences(sequences, length, 1);
        Folder = Directory.CreateTempSubdirectory("sparseland-pruning-").FullName;
    }

    public TransformerConfiguration Configuration { get; }

    public InMemoryCheckpoint Checkpoint { get; }

    public CalibrationSet Calibration { get; }

    public string Folder { get; }

    public string Output => Path.Combine(Folder, "out");

    public CalibrationSet Sequences(int count, int length, ulong seed)
    {
        var chance = new RandomStream(seed, "calibration");
        return new CalibrationSet([.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, length).Select(_ => chance.NextInt(Configuration.VocabularySize)).ToArray())], "chance");
    }

    /// <summary>Logits after the last token of the first calibration sequence.</summary>
    public float[] Logits(TransformerModel model) => model.CreateSession(64).Read(Calibration.Sequences[0]).ToArray();

    /// <summary>All files of a folder with their bytes.</summary>
    public static Dictionary<string, string> Bytes(string folder) => Directory.GetFiles(folder).ToDictionary(path => Path.GetFileName(path), path => Convert.ToHexString(File.ReadAllBytes(path)));

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
