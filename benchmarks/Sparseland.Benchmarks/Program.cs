using BenchmarkDotNet.Running;
using Sparseland.Benchmarks.Capacity;
using Sparseland.Benchmarks.Peers;
using Sparseland.Benchmarks.Speed;

// "speed" compares kernels with their peers in one run and writes the page docs/performance.md; "training" takes a training step apart;
// "peers" builds the native peers that are installed, so that a measurement need not;
// "tokenizers FOLDER [GPT2]" measures tokenizers on a folder of texts;
// "large-checkpoint FOLDER [--width N] [--blocks N]" writes a random model of a billion parameters to try a pruner on;
// "large-voxels FILE [--gigabytes N] [--memory-mebibytes N]" builds and reads a voxel file larger than the memory it is given, and says what memory it took;
// anything else goes to BenchmarkDotNet, for full profiles.
switch (args)
{
    case ["speed", .. var options]:
        return SpeedCommand.Run(options);
    case ["peers"]:
        return NativePeer.Build();
    case ["training"]:
        TrainingSuite.TakeApart(Console.Out);
        return 0;
    case ["tokenizers", var texts, .. var gpt2]:
        return TokenizerSpeed.Run(Console.Out, texts, gpt2 is [var folder] ? folder : null);
    case ["large-checkpoint", { } checkpoint, .. var rest]:
        return LargeCheckpoint.Run(Console.Out, checkpoint, rest);
    case ["large-voxels", { } voxels, .. var settings]:
        return LargeVoxels.Run(Console.Out, voxels, settings);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(SpeedCommand).Assembly).Run(args);
        return 0;
}
