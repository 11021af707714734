<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en">
<context>
    <name>Basis</name>
    <message numerus="yes">
        <source>Rests on %n frame(s)</source>
        <translation>
            <numerusform>Rests on %n frame</numerusform>
            <numerusform>Rests on %n frames</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s) could not be decoded</source>
        <translation>
            <numerusform>%n frame could not be decoded</numerusform>
            <numerusform>%n frames could not be decoded</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n time(s) without a frame, struck through</source>
        <translation>
            <numerusform>%n time without a frame, struck through</numerusform>
            <numerusform>%n times without a frame, struck through</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n subtitle line(s)</source>
        <translation>
            <numerusform>%n subtitle line</numerusform>
            <numerusform>%n subtitle lines</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Cost</name>
    <message numerus="yes">
        <source>%n frame(s)</source>
        <translation>
            <numerusform>%n frame</numerusform>
            <numerusform>%n frames</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Drop</name>
    <message numerus="yes">
        <source>Open %n video(s)</source>
        <translation>
            <numerusform>Open %n video</numerusform>
            <numerusform>Open %n videos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message numerus="yes">
        <source>Exported to %1, without %n still(s): frames are kept in memory for the questions asked last. Ask again to have them.</source>
        <translation>
            <numerusform>Exported to %1, without %n still: frames are kept in memory for the questions asked last. Ask again to have them.</numerusform>
            <numerusform>Exported to %1, without %n stills: frames are kept in memory for the questions asked last. Ask again to have them.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Ledger</name>
    <message numerus="yes">
        <source>Medians of %n round(s) after a warm-up.</source>
        <translation>
            <numerusform>Figures of %n round after a warm-up.</numerusform>
            <numerusform>Medians of %n rounds after a warm-up.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln layer(s)</source>
        <translation>
            <numerusform>%Ln layer</numerusform>
            <numerusform>%Ln layers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln token(s)</source>
        <translation>
            <numerusform>%Ln token</numerusform>
            <numerusform>%Ln tokens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln line(s)</source>
        <translation>
            <numerusform>%Ln line</numerusform>
            <numerusform>%Ln lines</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::AnswerColumn</name>
    <message numerus="yes">
        <source>Cut off after %n token(s); the limit is in the settings.</source>
        <translation>
            <numerusform>Cut off after %n token; the limit is in the settings.</numerusform>
            <numerusform>Cut off after %n tokens; the limit is in the settings.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::ExchangeCard</name>
    <message numerus="yes">
        <source>%n word(s) differ.</source>
        <translation>
            <numerusform>%n word differs.</numerusform>
            <numerusform>%n words differ.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::ModelsPage</name>
    <message numerus="yes">
        <source>%n model(s) on this computer. Folders are read only, nothing is copied.</source>
        <translation>
            <numerusform>%n model on this computer. Folders are read only, nothing is copied.</numerusform>
            <numerusform>%n models on this computer. Folders are read only, nothing is copied.</numerusform>
        </translation>
    </message>
</context>
</TS>
