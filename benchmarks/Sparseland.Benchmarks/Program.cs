using BenchmarkDotNet.Running;
using Sparseland.Benchmarks.Speed;

// "speed" compares kernels with their peers in one run and writes the page docs/performance.md; "training" takes a training step apart;
// "tokenizers FOLDER [GPT2]" measures tokenizers on a folder of texts;
// anything else goes to BenchmarkDotNet, for full profiles.
switch (args)
{
    case ["speed", .. var options]:
        return SpeedCommand.Run(options);
    case ["training"]:
        TrainingSuite.TakeApart(Console.Out);
        return 0;
    case ["tokenizers", var texts, .. var gpt2]:
        return TokenizerSpeed.Run(Console.Out, texts, gpt2 is [var folder] ? folder : null);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(SpeedCommand).Assembly).Run(args);
        return 0;
}
